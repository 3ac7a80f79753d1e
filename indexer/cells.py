"""Vectors parted into cells of near ones: an inverted file of FAISS, and what tells which cells are worth a look.

The file keeps a code of two bits a dimension of each vector's distance from the centroid of its cell, turned at random
(RaBitQ: Gao and Long 2024, and its extension of 2025). From it a score is estimated without bias.
"""

from __future__ import annotations

from functools import cached_property
from typing import Any

import faiss
import numpy as np
from numpy.typing import NDArray

from indexer.equal_vectors import Stored, Vectors
from models.ids import Rows

Bits = NDArray[np.uint8]
TAIL_STEP = 0.1
"""Spreads from one number of `Cells.beyond` to the next."""
_BLOCK = 16_384
_BITS = 2
_QUERY_BITS = 4
_SELECTOR: Any = faiss.IDSelectorBitmap
_READER: Any = vars(faiss)["ZeroCopyIOReader"]
_READ: Any = faiss.read_index
"""Whose types are wider, or lack them."""
_ROUNDS, _SAMPLE = 8, 40
"""Of k-means, and vectors a cell from which it learns."""
_NEAR_CELLS, _EVERY = 100, 5
"""Cells in which scores are looked at for each query: every fifth of the nearest hundred."""
_FURTHEST = 20
"""Spreads beyond which is only rounding, in cells of equal vectors."""
_TINY = np.float32(1e-12)


class Cells:
    """An inverted file and its measures, of which the largest arrays may be memory-mapped files.

    Attributes:
        cells: int32 [n], the cell of each row.
        spread: float32 [cells], root of the mean square of distances from the centroid, in one dimension.
        beyond: float32 [m], share of a cell's vectors that score more than 0, 1, ... TAIL_STEPs above its centroid.
    """

    def __init__(self, file: NDArray[np.uint8], cells: NDArray[np.int32], spread: Vectors, beyond: Vectors) -> None:
        """`file` [bytes] as FAISS writes it: codes are read where they are."""
        self._file, self.cells, self.spread, self.beyond = file, cells, spread, beyond
        self._whole: Any = _READ(_READER(faiss.swig_ptr(file), file.nbytes))
        rotation: Any = faiss.downcast_VectorTransform(self._whole.chain.at(0))
        self._rotation = np.asarray(faiss.vector_to_array(rotation.A)).reshape(rotation.d_out, rotation.d_in)
        self._lists: Any = faiss.downcast_index(self._whole.index)

    @classmethod
    def build(cls, vectors: Stored, count: int, queries: Vectors) -> Cells:
        """Part [n, d] vectors into at most `count` cells; `queries` [q, d] are like those that will be asked."""
        dimension = vectors.shape[1]
        rotation: Any = faiss.RandomRotationMatrix(dimension, dimension)
        rotation.init(0)
        quantizer = faiss.IndexFlatL2(dimension)
        quantizer.add(rotation.apply(_centroids(vectors, min(count, len(vectors)))))
        inner, owned = faiss.METRIC_INNER_PRODUCT, True
        lists = faiss.IndexIVFRaBitQ(quantizer, dimension, quantizer.ntotal, inner, owned, _BITS)
        cells, spread = _fill(lists, vectors, rotation)
        file = faiss.serialize_index(faiss.IndexPreTransform(rotation, lists))
        built = cls(file, cells, spread, np.ones(1, dtype=np.float32))
        built.beyond = built._measured(vectors, queries)
        return built

    def arrays(self) -> dict[str, NDArray[np.generic]]:
        """Every array by name, for a file each: what the constructor takes."""
        return {"file": self._file, "cells": self.cells, "spread": self.spread, "beyond": self.beyond}

    def turned(self, queries: Vectors) -> Vectors:
        """Queries [q, d] as the centroids are turned."""
        return np.asarray(queries @ self._rotation.T, dtype=np.float32)

    def estimated(
        self,
        turned: Vectors,
        scores: Vectors,
        chosen: NDArray[np.int64],
        count: int,
        permitted: NDArray[np.uint8] | None,
    ) -> tuple[Rows, Vectors]:
        """Rows of some cells and estimates of their scores, best first.

        Args:
            turned: a query, [1, d].
            scores: of all centroids with it, [cells].
            chosen: the cells.
            count: rows at most.
            permitted: a bit for each row, uint8 [n / 8]; None where all may be found.
        """
        ptr, parameters = faiss.swig_ptr, faiss.IVFRaBitQSearchParameters()
        parameters.nprobe, parameters.qb = len(chosen), _QUERY_BITS
        selector: Any = None if permitted is None else _SELECTOR(permitted)
        if selector is not None:
            parameters.sel = selector
        centres = np.ascontiguousarray(scores[chosen])
        rows, estimates = np.empty(count, dtype=np.int64), np.empty(count, dtype=np.float32)
        asked = (1, ptr(turned), count, ptr(chosen), ptr(centres), ptr(estimates), ptr(rows))
        pairs = False
        self._lists.search_preassigned_c(*asked, pairs, parameters, None)
        kept = rows >= 0
        return rows[kept].astype(np.int32), estimates[kept]

    @cached_property
    def centroids(self) -> Vectors:
        """float32 [cells, d], turned."""
        return np.asarray(self._lists.quantizer.reconstruct_n(0, self._lists.nlist))

    def _measured(self, vectors: Stored, queries: Vectors) -> Vectors:
        """What `beyond` is for some queries [q, d], in the cells that are near them."""
        found = [self._deviations(vectors, query) for query in queries if query.any()]
        deviations = np.sort(np.concatenate([np.zeros(1, dtype=np.float32), *found]))
        steps = np.arange(0, min(max(float(deviations[-1]), 0), _FURTHEST) + TAIL_STEP, TAIL_STEP)
        share = 1 - np.searchsorted(deviations, steps, side="right") / len(deviations)
        return share.astype(np.float32)

    def _deviations(self, vectors: Stored, query: Vectors) -> Vectors:
        """How far the members of near cells score above their centroids, in spreads."""
        length = np.linalg.norm(query)
        scores = self.centroids @ self.turned(query[None])[0]
        near = np.argsort(-(scores + 2 * length * self.spread), kind="stable")[:_NEAR_CELLS:_EVERY]
        rows = np.flatnonzero(np.isin(self.cells, near))
        of = self.cells[rows]
        above = vectors[rows].astype(np.float32, copy=False) @ query - scores[of]
        return np.asarray(above / np.maximum(length * self.spread[of], _TINY))


def _centroids(vectors: Stored, count: int) -> Vectors:
    """float32 [count, d]: middles of the clusters of a sample, by distance."""
    drawn = np.random.default_rng(0).choice(len(vectors), min(len(vectors), _SAMPLE * count), replace=False)
    sample = vectors[np.sort(drawn)].astype(np.float32)
    kmeans = faiss.Kmeans(
        vectors.shape[1],
        count,
        niter=_ROUNDS,
        seed=0,
        min_points_per_centroid=1,
        max_points_per_centroid=_SAMPLE,
    )
    kmeans.train(sample)
    return np.asarray(kmeans.centroids, dtype=np.float32)


def _fill(lists: Any, vectors: Stored, rotation: Any) -> tuple[NDArray[np.int32], Vectors]:
    """Put every vector in the cell of the nearest centroid: (the cells, int32 [n], and their spread)."""
    cells, squares = np.empty(len(vectors), dtype=np.int32), np.empty(len(vectors), dtype=np.float32)
    for start in range(0, len(vectors), _BLOCK):
        block = rotation.apply(np.ascontiguousarray(vectors[start : start + _BLOCK], dtype=np.float32))
        distances, nearest = (np.ascontiguousarray(found[:, 0]) for found in lists.quantizer.search(block, 1))
        if not start:
            lists.train(block)
        lists.add_core(len(block), faiss.swig_ptr(block), None, faiss.swig_ptr(nearest))
        cells[start : start + _BLOCK], squares[start : start + _BLOCK] = nearest, distances
    sizes = np.bincount(cells, minlength=lists.nlist)
    sums = np.bincount(cells, weights=np.maximum(squares, 0), minlength=lists.nlist)
    return cells, np.sqrt(sums / np.maximum(sizes, 1) / max(vectors.shape[1], 1)).astype(np.float32)
