"""A search through cells as one call: from queries and what may be found to rows and scores."""

from __future__ import annotations

from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from indexer.cell_search import Effort, Layout, Permit, Question, search_cells, withdraw
from indexer.cells import Cells
from indexer.exact_search import Hits
from indexer.vector_instructions import BITS, LANES
from models.ids import Rows

Vectors = NDArray[np.float32]
_LEAST_BREADTH = 64
_SLACK = 1e-5
"""Of the largest score: what two ways to sum up one dot product may differ by."""
_CERTAIN = 1e30
_ROUGH_ERROR, _CLOSE_ERROR = 0.62, 0.70
"""Standard errors of estimates by signs and by both bits, in scales of a code and lengths of the query.

The square root of what a code loses of a normal law, .363 and .119, times the root mean square of what its bits stand
for, 1 and 1.886; a twentieth more for the query's rounding.
"""


class Breadth(Protocol):
    """How well is searched (`indexer.ann.AnnSettings`)."""

    @property
    def missed(self) -> float:
        """Share of what is looked for that may be expected in cells that are left out."""

    @property
    def margin(self) -> float:
        """Standard errors by which an estimated score may fall short."""

    @property
    def least(self) -> int:
        """Rows that are looked at in any case."""


class CellIndex:
    """Cells, and the vectors behind them, float32 or float16 [n, d]."""

    def __init__(self, cells: Cells, vectors: NDArray[np.floating], settings: Breadth) -> None:
        self.cells, self._settings = cells, settings
        seen = vectors.view(np.uint16) if vectors.dtype == np.float16 else vectors
        self._layout = Layout(cells.starts, cells.rows, cells.codes, cells.scales, cells.beyond, seen)
        self._longest = float(np.linalg.norm(cells.centroids, axis=1).max(initial=0) + cells.spread.max(initial=0))
        self._everything = self.permit(np.ones(len(vectors), dtype=np.bool_))

    def permit(self, rows: NDArray[np.bool_]) -> Permit:
        """Rows that may be found, bool [n], by place."""
        cells = self.cells
        allowed = rows[cells.rows] & (cells.rows >= 0)
        counts = np.bincount(cells.cell_of_block.repeat(LANES)[allowed], minlength=len(cells))
        return Permit(np.packbits(allowed, bitorder="little"), counts.astype(np.int32))

    def withdraw(self, permit: Permit, rows: Rows) -> None:
        """Let some rows not be found any more."""
        withdraw(permit, self.cells.places[rows], self.cells.cell_of_block)

    def search(self, queries: Vectors, k: int, excluded: Rows, permit: Permit | None) -> Hits:
        """The k best of the permitted rows, by default of all, that are not excluded.

        The breadth of a search goes in powers of two, so that near numbers find the same.
        """
        cells, permit = self.cells, permit or self._everything
        if len(excluded):
            permit = Permit(permit.bits.copy(), permit.counts.copy())
            self.withdraw(permit, excluded)
        hits, available = Hits.none(len(queries), k), int(permit.counts.sum())
        breadth = min(max(1 << (k - 1).bit_length(), _LEAST_BREADTH), available) if k else 0
        if not breadth:
            return hits
        queries = np.ascontiguousarray(queries, dtype=np.float32)
        promises, turned = queries @ cells.centroids.T, queries @ cells.rotation.T
        for place, query in enumerate(queries):
            length = float(np.linalg.norm(query))
            question = _question(query, turned[place], promises[place], np.float32(length) * cells.spread)
            effort = self._effort(breadth, length, certain=available <= self._settings.least)
            rows, scores = search_cells(self._layout, permit, question, effort)
            order = np.lexsort((rows, -scores))[:k]
            hits.rows[place, : len(order)], hits.scores[place, : len(order)] = rows[order], scores[order]
        return hits

    def _effort(self, breadth: int, length: float, *, certain: bool) -> Effort:
        error = _CERTAIN if certain else self._settings.margin * length
        return Effort(
            breadth=breadth,
            rough_margin=np.float32(error * _ROUGH_ERROR),
            close_margin=np.float32(error * _CLOSE_ERROR),
            slack=np.float32(_SLACK * length * self._longest),
            missed=-1.0 if certain else self._settings.missed * breadth,
            least=self._settings.least,
        )


def _question(query: Vectors, turned: Vectors, scores: Vectors, spreads: Vectors) -> Question:
    """The query's turned numbers are rounded to whole ones of BITS bits."""
    most = 2 ** (BITS - 1)
    unit = np.float32(max(float(np.abs(turned).max()), 1e-30) / (most - 0.5))
    numbers = np.clip(np.rint(turned / unit), -most, most - 1).astype(np.int8)
    bits = (numbers.view(np.uint8) >> np.arange(BITS, dtype=np.uint8)[:, None]) & 1
    planes = np.packbits(bits, axis=1, bitorder="little").view(np.uint64)
    return Question(query, planes, unit, int(numbers.sum(dtype=np.int64)), scores, spreads)
