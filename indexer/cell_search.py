"""One search through cells, in rounds: near ones first, until the others are expected to hold next to nothing.

What is expected of a cell follows from how many of its rows may be found and from how far the members of cells score
above their centroids. So a filter costs breadth just where it takes away what is near, and nowhere recall.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple, Protocol

import numpy as np
from numpy.typing import NDArray

from indexer.cells import TAIL_STEP
from indexer.equal_vectors import Vectors
from models.ids import Rows

if TYPE_CHECKING:
    from indexer.cell_index import CellIndex

_LEAST_ESTIMATED, _SHARE_ESTIMATED = 8, 4
"""Rows that a round takes by their estimates, for each that is looked for, or one in so many that it looks through."""
_GROWTH = 3
"""Times as many rows as so far that a round may look through."""
_FIRST_LOOK = np.float32(2)
"""Cells are first taken in the order of their centroid's score and so many spreads."""
_ERROR = np.float32(0.55)
"""Standard error of an estimate, in spreads of the cell and lengths of the query: .32 on average, more for what is far
from its centroid."""


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


class Permit(NamedTuple):
    """Which rows may be found: a bit for each, uint8 [n / 8], and how many there are, int64 [cells]."""

    bits: NDArray[np.uint8]
    counts: NDArray[np.int64]

    def holds(self, rows: Rows) -> NDArray[np.bool_]:
        """Bool [len(rows)]."""
        return np.asarray(self.bits[rows >> 3] >> (rows & 7).astype(np.uint8) & 1, dtype=np.bool_)


class Question(NamedTuple):
    """One query [d], the same turned as cells are, [1, d], and the scores of the centroids, [cells]."""

    vector: Vectors
    turned: Vectors
    scores: Vectors


class CellSearch:
    """What is found so far, and the cells that are left."""

    def __init__(self, index: CellIndex, question: Question, permit: Permit, breadth: int) -> None:
        self._index, self._question, self._permit, self._breadth = index, question, permit, breadth
        self._spreads = np.float32(np.linalg.norm(question.vector)) * index.cells.spread
        self._rows, self._scores = np.empty(0, dtype=np.int32), np.empty(0, dtype=np.float32)
        self._taken = np.empty(0, dtype=np.int64)
        left = np.flatnonzero(permit.counts)
        promise = question.scores[left] + _FIRST_LOOK * self._spreads[left]
        self._left: NDArray[np.int64] = left[np.argsort(-promise, kind="stable")]

    def __call__(self) -> tuple[Rows, Vectors]:
        """(the best rows, at least as many as are looked for where there are, their scores), in no order."""
        counts, room = self._permit.counts, max(self._index.settings.least, 2 * self._breadth)
        while len(self._left):
            taken = np.searchsorted(np.cumsum(counts[self._left]), room) + 1
            chosen, self._left = self._left[:taken], self._left[taken:]
            self._taken = np.concatenate([self._taken, chosen])
            self._look_through(chosen)
            self._left = self._worthwhile()
            room = _GROWTH * int(counts[self._taken].sum())
        return self._rows, self._scores

    @property
    def _least(self) -> np.float32:
        """What a row must score to be among the best so far."""
        enough = len(self._scores) >= self._breadth
        return np.partition(self._scores, -self._breadth)[-self._breadth] if enough else np.float32(-np.inf)

    def _look_through(self, chosen: NDArray[np.int64]) -> None:
        """Compare exactly what could be among the best by its estimate: first what most likely is."""
        index, permitted = self._index, None if self._permit is self._index.everything else self._permit.bits
        through, question = int(self._permit.counts[chosen].sum()), self._question
        count = min(max(_LEAST_ESTIMATED * self._breadth, through // _SHARE_ESTIMATED), through)
        found, estimates = self._with_equals(
            *index.cells.estimated(question.turned, question.scores, chosen, count, permitted)
        )
        bounds = estimates + index.settings.margin * _ERROR * self._spreads[index.cells.cells[found]]
        first, second = self._breadth, 3 * self._breadth
        for part in (slice(first), slice(first, second), slice(second, None)):
            near = found[part][bounds[part] >= self._least]
            self._rows = np.concatenate([self._rows, near])
            self._scores = np.concatenate([self._scores, index.exactly(near, question.vector)])
        kept = self._scores >= self._least
        self._rows, self._scores = self._rows[kept], self._scores[kept]

    def _with_equals(self, found: Rows, estimates: Vectors) -> tuple[Rows, Vectors]:
        """The same and all permitted rows that have one of their vectors, best first."""
        equals = self._index.equals
        if equals is None:
            return found, estimates
        nodes, firsts = np.unique(equals.nodes[found], return_index=True)
        order = np.argsort(firsts)
        rows, place = equals.rows_of(nodes[order])
        kept = self._permit.holds(rows)
        return rows[kept], estimates[firsts[order]][place[kept]]

    def _worthwhile(self) -> NDArray[np.int64]:
        """Of the cells that are left the best, best first, so that the others hold too little together.

        Where the cells looked through held less than expected of them, as where what is near is excluded, so do the
        others.
        """
        least = self._least
        expected, looked = self._expected(self._left, least), float(self._expected(self._taken, least).sum())
        share = min(1.0, self._breadth / max(looked, 1.0))
        order = np.argsort(-expected, kind="stable")
        rest = np.cumsum(expected[order][::-1])[::-1] * share
        return self._left[order[rest > self._index.settings.missed * self._breadth]]

    def _expected(self, cells: NDArray[np.int64], least: np.float32) -> NDArray[np.float64]:
        """How many rows of each of some cells are expected to score more than `least`."""
        counts, beyond = self._permit.counts[cells].astype(np.float64), self._index.cells.beyond
        above = (least - self._question.scores[cells]) / np.maximum(self._spreads[cells], np.float32(1e-12))
        steps = np.clip(above / TAIL_STEP, 0, len(beyond) - 1).astype(np.int64)
        return np.asarray(counts * np.where(above <= 0, 1.0, beyond[steps]))
