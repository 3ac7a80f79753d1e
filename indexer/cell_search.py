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

_LEAST_ESTIMATED, _MOST_ESTIMATED, _SHARE_ESTIMATED = 6, 12, 8
"""Rows that a round takes by their estimates, for each that is looked for: one in so many that it looks through."""
_GROWTH = 3
"""Times as many rows as so far that a further round may look through."""
_FIRST_LOOK = np.float32(2)
"""Cells are first taken in the order of their centroid's score and so many spreads."""
_TINY = np.float32(1e-12)


class Breadth(Protocol):
    """How well is searched (`indexer.ann.AnnSettings`)."""

    @property
    def missed(self) -> float:
        """Share of what is looked for that may be expected in cells that are left out."""

    @property
    def margin(self) -> float:
        """Standard errors by which an estimated score may fall short."""

    @property
    def first(self) -> int:
        """Rows that the first round looks through."""

    @property
    def least(self) -> int:
        """Rows up to which all that may be found are compared."""


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
    """What is found so far, and what is still expected of each cell."""

    def __init__(self, index: CellIndex, question: Question, permit: Permit, breadth: int) -> None:
        self._index, self._question, self._permit, self._breadth = index, question, permit, breadth
        length = np.float32(np.sqrt(question.vector @ question.vector))
        self._spreads, self._errors = length * index.cells.spread, length * index.cells.error
        self._rows, self._scores = np.empty(0, dtype=np.int32), np.empty(0, dtype=np.float32)
        self._least = np.float32(-np.inf)
        self._taken = np.zeros(len(permit.counts), dtype=np.bool_)

    def __call__(self) -> tuple[Rows, Vectors]:
        """(the best rows, at least as many as are looked for where there are, their scores), in no order."""
        chosen = self._first()
        while len(chosen):
            self._taken[chosen] = True
            self._look_through(chosen)
            chosen = self._worthwhile()
        return self._rows, self._scores

    def _first(self) -> NDArray[np.int64]:
        """Cells that are near, until they hold enough."""
        counts = self._permit.counts
        promise = np.where(counts > 0, self._question.scores + _FIRST_LOOK * self._spreads, -np.inf)
        order = np.argsort(-promise)[: np.count_nonzero(counts)]
        looked, permitted = np.cumsum(self._index.everything.counts[order]), np.cumsum(counts[order])
        enough = np.searchsorted(looked, self._index.settings.first), np.searchsorted(permitted, 2 * self._breadth)
        return order[: int(max(enough)) + 1]

    def _look_through(self, chosen: NDArray[np.int64]) -> None:
        """Compare exactly what could be among the best by its estimate: first what most likely is."""
        index, permitted = self._index, None if self._permit is self._index.everything else self._permit.bits
        through, question = int(self._permit.counts[chosen].sum()), self._question
        share = min(through // _SHARE_ESTIMATED, _MOST_ESTIMATED * self._breadth)
        count = min(max(share, _LEAST_ESTIMATED * self._breadth), through)
        found, estimates = self._with_equals(
            *index.cells.estimated(question.turned, question.scores, chosen, count, permitted)
        )
        bounds = estimates + index.settings.margin * self._errors[index.cells.cells[found]]
        for part in (slice(self._breadth), slice(self._breadth, None)):
            self._compare(found[part][bounds[part] >= self._least])

    def _compare(self, rows: Rows) -> None:
        """Keep of some rows and those so far what scores as much as the last of as many as are looked for."""
        self._rows = np.concatenate([self._rows, rows])
        self._scores = np.concatenate([self._scores, self._index.exactly(rows, self._question.vector)])
        if len(self._scores) >= self._breadth:
            self._least = np.partition(self._scores, -self._breadth)[-self._breadth]
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
        """Of the cells that are left the best, so that the others hold too little together.

        Where the cells looked through held less than expected of them, as where what is near is excluded, so do the
        others.
        """
        expected, enough = self._expected(), self._index.settings.missed * self._breadth
        share = min(1.0, self._breadth / max(float(expected[self._taken].sum()), 1.0))
        expected[self._taken] = 0
        if share * expected.sum() <= enough:
            return np.empty(0, dtype=np.int64)
        order = np.argsort(-expected)
        rest = share * np.cumsum(expected[order][::-1])[::-1]
        sizes = self._index.everything.counts
        room = np.searchsorted(np.cumsum(sizes[order]), _GROWTH * sizes[self._taken].sum())
        return order[rest > enough][: room + 1]

    def _expected(self) -> NDArray[np.float64]:
        """How many rows of each cell are expected to score more than the least so far."""
        above = (self._least - self._question.scores) / np.maximum(self._spreads, _TINY)
        shares = self._index.shares_above
        steps = np.minimum(np.maximum(above / TAIL_STEP + 1, 0), len(shares) - 1)
        return np.asarray(self._permit.counts * shares[steps.astype(np.int64)])
