"""Vectors parted into cells of near ones: an inverted file of FAISS, and what tells which cells are worth a look.

The file keeps a code of two bits a dimension of how each vector differs from the centroid of its cell, turned at random
so that dimensions are alike: four bits for each pair of them, from one codebook of sixteen (a product quantizer; Jegou
et al. 2011). Scores are estimated from tables that lie in registers (fast scan; Andre et al. 2017), which are the same
for all cells.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import cached_property
from typing import Any

import faiss
import numpy as np
from numpy.typing import NDArray

from indexer.equal_vectors import Vectors
from models.ids import Rows
from models.joint_vectors import Stored, read

Bits = NDArray[np.uint8]
TAIL_STEP = 0.1
"""Spreads from one number of `Cells.beyond` to the next."""
_BLOCK = 16_384
_PART, _BITS = 2, 4
"""Dimensions that share a code, and its bits."""
_SELECTOR: Any = faiss.IDSelectorBitmap
_PARAMETERS: Any = faiss.SearchParametersIVF
_READER: Any = vars(faiss)["ZeroCopyIOReader"]
_READ: Any = faiss.read_index
"""Whose types are wider, or lack them."""
_ROUNDS, _SAMPLE = 8, 40
"""Of k-means, and vectors a cell from which it learns."""
_LEARNED, _TRIED = 4_096, 16
"""Vectors from which the codebook is learned, and vectors a cell of which it is measured how far codes are off."""
_NEAR_CELLS, _EVERY = 100, 5
"""Cells in which scores are looked at for each query: every fifth of the nearest hundred."""
_NEARLY = 0.1
"""Share by which the number of cells may be another than would be chosen."""
_FURTHEST = 20
"""Spreads beyond which is only rounding, in cells of equal vectors."""
_TINY = np.float32(1e-12)


class Cells:
    """An inverted file and its measures, of which the largest arrays may be memory-mapped files.

    Attributes:
        cells: int32 [n], the cell of each row.
        spread: float32 [cells], root of the mean square of distances from the centroid, in one dimension.
        error: float32 [cells], the same of what codes are off.
        beyond: float32 [m], share of a cell's vectors that score more than 0, 1, ... TAIL_STEPs above its centroid.
    """

    def __init__(
        self, file: NDArray[np.uint8], cells: NDArray[np.int32], spread: Vectors, error: Vectors, beyond: Vectors
    ) -> None:
        """`file` [bytes] as FAISS writes it."""
        self._file, self.cells, self.spread, self.error, self.beyond = file, cells, spread, error, beyond
        self._whole: Any = _READ(_READER(faiss.swig_ptr(file), file.nbytes))
        rotation: Any = faiss.downcast_VectorTransform(self._whole.chain.at(0))
        self._rotation = np.asarray(faiss.vector_to_array(rotation.A)).reshape(rotation.d_out, rotation.d_in)
        self._lists: Any = faiss.downcast_index(self._whole.index)

    @classmethod
    def build(cls, vectors: Stored, count: int, queries: Vectors) -> Cells:
        """Part [n, d] vectors into at most `count` cells; `queries` [q, d] are like those that will be asked."""
        dimension = vectors.shape[1]
        rotation: Any = faiss.RandomRotationMatrix(dimension, -(-dimension // _PART) * _PART)
        rotation.init(0)
        sample = _sample(vectors, _SAMPLE * count)
        lists = _empty(rotation.apply(_centroids(sample, min(count, len(vectors)))))
        turned = rotation.apply(sample[: max(_LEARNED, _TRIED * count)])
        lists.train(np.resize(turned, (min(max(len(turned), 1 << _BITS), _LEARNED), lists.d)))
        return cls._filled(vectors, queries, rotation, lists, turned)

    def fit(self, dimension: int, count: int) -> bool:
        """Whether they can stand for about so many cells of vectors of another catalogue."""
        return self._rotation.shape[1] == dimension and abs(len(self.spread) - count) <= _NEARLY * count

    def refilled(self, vectors: Stored, queries: Vectors) -> Cells:
        """The same centroids and codebook with other vectors, [n, d], and measures of these."""
        whole: Any = faiss.deserialize_index(np.asarray(self._file))
        rotation: Any = faiss.downcast_VectorTransform(whole.chain.at(0))
        lists: Any = faiss.downcast_index(whole.index)
        lists.reset()
        turned = rotation.apply(_sample(vectors, max(_LEARNED, _TRIED * lists.nlist)))
        return self._filled(vectors, queries, rotation, lists, turned)

    @classmethod
    def _filled(cls, vectors: Stored, queries: Vectors, rotation: Any, lists: Any, turned: Vectors) -> Cells:
        """All vectors in empty lists that have learned; `turned` are some of them."""
        cells = _fill(lists, vectors, rotation)
        matrix = np.asarray(faiss.vector_to_array(rotation.A)).reshape(rotation.d_out, rotation.d_in)
        centroids = np.asarray(lists.quantizer.reconstruct_n(0, lists.nlist) @ matrix)
        spread, error = _spread(vectors, centroids, cells), _error(lists, turned)
        file = faiss.serialize_index(faiss.IndexPreTransform(rotation, lists))
        built = cls(file, cells, spread, error, np.ones(1, dtype=np.float32))
        built.beyond = built._measured(vectors, queries)
        return built

    def arrays(self) -> dict[str, NDArray[np.generic]]:
        """Every array by name, for a file each: what the constructor takes."""
        measures = {"spread": self.spread, "error": self.error, "beyond": self.beyond}
        return {"file": self._file, "cells": self.cells, **measures}

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
        ptr, parameters = faiss.swig_ptr, _PARAMETERS()
        parameters.nprobe = len(chosen)
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
        above = read(vectors, rows) @ query - scores[of]
        return np.asarray(above / np.maximum(length * self.spread[of], _TINY))


def _sample(vectors: Stored, count: int) -> Vectors:
    """float32: at most `count` of them, drawn at random and in random order."""
    drawn = np.random.default_rng(0).choice(len(vectors), min(len(vectors), count), replace=False)
    return read(vectors, drawn)


def _centroids(sample: Vectors, count: int) -> Vectors:
    """float32 [count, d]: middles of the clusters of a sample, by distance."""
    kmeans = faiss.Kmeans(
        sample.shape[1],
        count,
        niter=_ROUNDS,
        seed=0,
        min_points_per_centroid=1,
        max_points_per_centroid=_SAMPLE,
    )
    kmeans.train(sample)
    return np.asarray(kmeans.centroids, dtype=np.float32)


def _empty(centroids: Vectors) -> Any:
    """An inverted file of lists around some centroids, [cells, d], turned."""
    count, dimension = centroids.shape
    quantizer = faiss.IndexFlatL2(dimension)
    quantizer.add(centroids)
    inner = faiss.METRIC_INNER_PRODUCT
    lists: Any = faiss.IndexIVFPQFastScan(quantizer, dimension, count, dimension // _PART, _BITS, inner)
    lists.by_residual, lists.pq.train_type = True, faiss.ProductQuantizer.Train_shared
    lists.pq.cp.min_points_per_centroid = 1  # FAISS warns of fewer than 39, which small catalogues are
    return lists


def _fill(lists: Any, vectors: Stored, rotation: Any) -> NDArray[np.int32]:
    """Put every vector in the cell of the nearest centroid: the cells, int32 [n]."""
    for block in _blocks(vectors):
        lists.add(rotation.apply(block))
    cells = np.empty(len(vectors), dtype=np.int32)
    for cell in range(lists.nlist):
        if size := lists.get_list_size(cell):
            cells[faiss.rev_swig_ptr(lists.invlists.get_ids(cell), size)] = cell
    return cells


def _spread(vectors: Stored, centroids: Vectors, cells: NDArray[np.int32]) -> Vectors:
    """float32 [cells]: of vectors around the centroids, [cells, d], that they belong to."""
    squares, start = np.empty(len(vectors), dtype=np.float32), 0
    for block in _blocks(vectors):
        stop = start + len(block)
        residuals = block - centroids[cells[start:stop]]
        squares[start:stop], start = np.einsum("nd,nd->n", residuals, residuals), stop
    return _root_mean(squares / vectors.shape[1], cells, len(centroids))


def _blocks(vectors: Stored) -> Iterator[Vectors]:
    for start in range(0, len(vectors), _BLOCK):
        yield np.ascontiguousarray(vectors[start : start + _BLOCK], dtype=np.float32)


def _error(lists: Any, turned: Vectors) -> Vectors:
    """float32 [cells]: what codes are off in one dimension, by some vectors; the mean in cells where none is tried."""
    _, nearest = lists.quantizer.search(turned, 1)
    cells = nearest[:, 0]
    residuals = turned - lists.quantizer.reconstruct_n(0, lists.nlist)[cells]
    off = residuals - lists.pq.decode(lists.pq.compute_codes(residuals))
    squares = np.einsum("nd,nd->n", off, off) / lists.d
    tried = np.bincount(cells, minlength=lists.nlist) > 0
    return np.where(tried, _root_mean(squares, cells, lists.nlist), np.sqrt(squares.mean())).astype(np.float32)


def _root_mean(squares: Vectors, cells: NDArray[np.integer[Any]], count: int) -> Vectors:
    """float32 [count]: the root of the mean of squares, [n], in each cell; 0 where there are none."""
    sizes, sums = np.bincount(cells, minlength=count), np.bincount(cells, weights=squares, minlength=count)
    return np.asarray(np.sqrt(sums / np.maximum(sizes, 1)), dtype=np.float32)
