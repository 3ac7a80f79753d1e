"""Vectors parted into cells of near ones: each vector a code of two bits a dimension, each cell its middle and spread.

The code of a vector tells each number of its distance from the middle of its cell, turned at random, by sign and by
whether it is large. From the signs a score is estimated without bias, from both more closely (Gao and Long 2024,
"RaBitQ", and its extension of 2025). Estimates say which vectors are worth an exact comparison.
"""

from __future__ import annotations

from dataclasses import dataclass, fields, replace
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from indexer.centroids import find_centroids, means, nearest_centroid
from indexer.equal_vectors import Stored, Vectors
from indexer.vector_instructions import LANES
from models.ids import Rows

_BLOCK = 16_384
_WORD = 64
_TINY = np.float32(1e-12)


@dataclass(frozen=True)
class Cells:
    """Rows by cell, in blocks of LANES places; the last block of a cell may have places without a row.

    Attributes:
        centroids: float32 [cells, d], the mean of each cell's vectors.
        spread: float32 [cells], root of the mean square of their distances from it, in one dimension.
        starts: int64 [cells + 1], the block at which each cell begins.
        rows: int32 [places], -1 where there is none.
        codes: uint64 [2 * blocks, words, LANES]: of each block the signs, and the second bits.
        scales: float32 [places, 2], factors of sums over signs, and over both; errors are in proportion.
        rotation: float32 [64 * words, d], with orthonormal columns.
        beyond: float32 [m], share of a cell's vectors that score more than 0, 1, ... TAIL_STEPs above its centroid.
    """

    centroids: Vectors
    spread: Vectors
    starts: NDArray[np.int64]
    rows: Rows
    codes: NDArray[np.uint64]
    scales: Vectors
    rotation: Vectors
    beyond: Vectors

    @classmethod
    def build(cls, vectors: Stored, count: int, queries: Vectors) -> Cells:
        """Part [n, d] vectors into at most `count` cells; `queries` [q, d] are like those that will be asked."""
        centroids = find_centroids(vectors, min(count, len(vectors)))
        cells = nearest_centroid(vectors, centroids)
        centroids = means(vectors, cells, centroids)
        built = cls.of(vectors, cells, centroids, rotation_of(vectors.shape[1]))
        return built.measured(vectors, queries)

    @classmethod
    def of(cls, vectors: Stored, cells: NDArray[np.int32], centroids: Vectors, rotation: Vectors) -> Cells:
        """Vectors [n, d] whose cells [n] are known."""
        words = len(rotation) // _WORD
        codes, scales = np.empty((len(cells), 2, words), np.uint64), np.empty((len(cells), 2), np.float32)
        squares = np.zeros(len(centroids))
        for start in range(0, len(cells), _BLOCK):
            block = slice(start, start + _BLOCK)
            distances = vectors[block].astype(np.float32, copy=False) - centroids[cells[block]]
            codes[block], scales[block], lengths = encode(distances, rotation)
            squares += np.bincount(cells[block], weights=lengths.astype(np.float64) ** 2, minlength=len(centroids))
        sizes = np.bincount(cells, minlength=len(centroids))
        spread = np.sqrt(squares / np.maximum(sizes, 1) / max(vectors.shape[1], 1)).astype(np.float32)
        middles = cls.without_rows(centroids, spread, rotation, np.ones(1, dtype=np.float32))
        return middles.holding(codes, scales, cells)

    @classmethod
    def without_rows(cls, centroids: Vectors, spread: Vectors, rotation: Vectors, beyond: Vectors) -> Cells:
        """Cells that hold nothing yet."""
        starts, rows = np.zeros(len(centroids) + 1, dtype=np.int64), np.empty(0, dtype=np.int32)
        codes, scales = np.empty((0, len(rotation) // _WORD, LANES), np.uint64), np.empty((0, 2), np.float32)
        return cls(centroids, spread, starts, rows, codes, scales, rotation, beyond)

    def holding(self, codes: NDArray[np.uint64], scales: Vectors, cells: NDArray[np.int32]) -> Cells:
        """The same cells with other rows, whose codes [n, 2, words], scales [n, 2] and cells [n] are known."""
        sizes = np.bincount(cells, minlength=len(self))
        starts = np.concatenate([[0], np.cumsum(-(-sizes // LANES))]).astype(np.int64)
        order = np.argsort(cells, kind="stable").astype(np.int32)
        within = np.arange(len(cells)) - np.repeat(np.cumsum(sizes) - sizes, sizes)
        places = np.repeat(LANES * starts[:-1], sizes) + within
        rows = np.full(LANES * starts[-1], -1, dtype=np.int32)
        placed = np.zeros((starts[-1], 2, codes.shape[2], LANES), dtype=np.uint64)
        rows[places], by_place = order, np.zeros((len(rows), 2), dtype=np.float32)
        by_place[places] = scales[order]
        for start in range(0, len(order), _BLOCK):
            at = places[start : start + _BLOCK]
            placed[at // LANES, :, :, at % LANES] = codes[order[start : start + _BLOCK]]
        blocks = placed.reshape(-1, *placed.shape[2:])
        return replace(self, starts=starts, rows=rows, codes=blocks, scales=by_place)

    def measured(self, vectors: Stored, queries: Vectors) -> Cells:
        """The same with `beyond` as it is for some queries [q, d], in the cells that are near them."""
        found = [self._deviations(vectors, query) for query in queries if query.any()]
        deviations = np.sort(np.concatenate([np.zeros(1, dtype=np.float32), *found]))
        steps = np.arange(0, max(float(deviations[-1]), 0) + TAIL_STEP, TAIL_STEP)
        share = 1 - np.searchsorted(deviations, steps, side="right") / len(deviations)
        return replace(self, beyond=share.astype(np.float32))

    def _deviations(self, vectors: Stored, query: Vectors) -> Vectors:
        """How far the members of near cells score above their centroids, in spreads."""
        length = np.linalg.norm(query)
        scores = self.centroids @ query
        near = np.argsort(-(scores + 2 * length * self.spread), kind="stable")[:_NEAR_CELLS:_EVERY]
        members = [self.rows[LANES * self.starts[cell] : LANES * self.starts[cell + 1]] for cell in near]
        rows, of = np.concatenate(members), np.repeat(near, [len(each) for each in members])
        rows, of = rows[rows >= 0], of[rows >= 0]
        above = vectors[rows].astype(np.float32, copy=False) @ query - scores[of]
        return np.asarray(above / np.maximum(length * self.spread[of], _TINY))

    def arrays(self) -> dict[str, NDArray[np.generic]]:
        """Every array by name, for a file each."""
        return {field.name: getattr(self, field.name) for field in fields(self)}

    def __len__(self) -> int:
        return len(self.spread)

    @cached_property
    def sizes(self) -> NDArray[np.int32]:
        """int32 [cells], rows of each cell."""
        return np.bincount(self.cell_of_block.repeat(LANES)[self.rows >= 0], minlength=len(self)).astype(np.int32)

    @cached_property
    def places(self) -> NDArray[np.int32]:
        """int32 [n], the place of each row."""
        taken = np.flatnonzero(self.rows >= 0).astype(np.int32)
        places = np.empty(len(taken), dtype=np.int32)
        places[self.rows[taken]] = taken
        return places

    @cached_property
    def cell_of_block(self) -> NDArray[np.int32]:
        """int32 [blocks]."""
        return np.repeat(np.arange(len(self), dtype=np.int32), np.diff(self.starts))


LARGE = 0.9957
"""Standard deviations from which a number is large: least is lost where 1 and 3 stand for numbers of a normal law."""
TAIL_STEP = 0.1
"""Spreads from one number of `Cells.beyond` to the next."""
_NEAR_CELLS, _EVERY = 100, 5
"""Cells in which scores are looked at for each query: every fifth of the nearest hundred."""


def rotation_of(dimension: int, seed: int = 0) -> Vectors:
    """float32 [dimension in whole words, dimension]: a random rotation, which spreads what a vector holds evenly."""
    width = -(-max(dimension, 1) // _WORD) * _WORD
    square = np.random.default_rng(seed).standard_normal((width, width))
    return np.ascontiguousarray(np.linalg.qr(square)[0][:, :dimension], dtype=np.float32)


def encode(distances: Vectors, rotation: Vectors) -> tuple[NDArray[np.uint64], Vectors, Vectors]:
    """(uint64 [n, 2, words], scales [n, 2], lengths [n]) of distances [n, d] from the middles of cells.

    A number counts as 1 or, where it is large, as 3: so much as `4 * positive + 2 * (positive == large) - 3`.
    """
    turned = distances @ rotation.T
    lengths = np.linalg.norm(distances, axis=1)
    sizes = np.abs(turned)
    positive, large = turned > 0, sizes > (LARGE / np.sqrt(len(rotation)) * lengths)[:, None]
    codes = np.packbits(np.stack([positive, positive == large], axis=1), axis=2, bitorder="little").view(np.uint64)
    signs = sizes.sum(axis=1)
    sums = np.stack([signs, signs + 2 * (sizes * large).sum(axis=1)], axis=1)
    return codes, (lengths[:, None] ** 2 / np.maximum(sums, _TINY)).astype(np.float32), lengths
