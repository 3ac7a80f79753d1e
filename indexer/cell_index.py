"""A search through cells: near cells first, until the others are expected to hold next to nothing.

What is expected of a cell follows from how many of its rows may be found and from how far the members of cells score
above their centroids. So a filter costs breadth just where it takes away what is near, and nowhere recall.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple, Protocol

import faiss
import numpy as np
from numpy.typing import NDArray

from indexer.cells import TAIL_STEP, Cells
from indexer.equal_vectors import EqualVectors, Stored, Vectors
from indexer.exact_search import Hits, exact_scores
from models.ids import Rows

_LEAST_BREADTH = 64
_ESTIMATED = 4
"""Rows that are estimated to be the best in each round, for each that is looked for."""
_GROWTH = 3
"""Times as many rows as so far that a round may look through."""
_FIRST_LOOK = np.float32(2)
"""Cells are first taken in the order of their centroid's score and so many spreads."""
_ERROR = np.float32(0.4)
"""Standard error of an estimate, in spreads of the cell and lengths of the query."""
_QUERY_BITS = 4


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

    def __contains__(self, row: int) -> bool:
        return bool(self.holds(np.array([row]))[0])

    def holds(self, rows: Rows) -> NDArray[np.bool_]:
        """Bool [len(rows)]."""
        return (self.bits[rows >> 3] >> (rows & 7).astype(np.uint8) & 1).astype(np.bool_)


@dataclass(frozen=True, slots=True)
class _Question:
    """One query [d], the same turned [1, d], its length, and the scores of the centroids, [cells]."""

    vector: Vectors
    turned: Vectors
    length: np.float32
    scores: Vectors


class CellIndex:
    """Cells, and the vectors behind them, float32 or float16 [n, d]."""

    def __init__(self, cells: Cells, vectors: Stored, settings: Breadth, equals: EqualVectors | None = None) -> None:
        self.cells, self._vectors, self._settings, self._equals = cells, vectors, settings, equals
        self._everything = self.permit(np.ones(len(vectors), dtype=np.bool_))

    def permit(self, rows: NDArray[np.bool_]) -> Permit:
        """Rows that may be found, bool [n]."""
        counts = np.bincount(self.cells.cells[rows], minlength=len(self.cells.spread))
        return Permit(np.packbits(rows, bitorder="little"), counts)

    def withdraw(self, permit: Permit, rows: Rows) -> None:
        """Let some rows, without repeats, not be found any more."""
        rows = rows[permit.holds(rows)]
        np.bitwise_and.at(permit.bits, rows >> 3, ~(np.uint8(1) << (rows & 7).astype(np.uint8)))
        np.subtract.at(permit.counts, self.cells.cells[rows], 1)

    def search(self, queries: Vectors, k: int, excluded: Rows, permit: Permit | None) -> Hits:
        """The k best of the permitted rows, by default of all, that are not excluded.

        The breadth of a search goes in powers of two, so that near numbers find the same.
        """
        permit = permit or self._everything
        if len(excluded):
            permit = Permit(permit.bits.copy(), permit.counts.copy())
            self.withdraw(permit, excluded)
        hits, available = Hits.none(len(queries), k), int(permit.counts.sum())
        breadth = min(max(1 << (k - 1).bit_length(), _LEAST_BREADTH), available) if k else 0
        if not breadth:
            return hits
        queries = np.ascontiguousarray(queries, dtype=np.float32)
        few = self._permitted(permit) if available <= self._settings.least else None
        turned = self.cells.turned(queries)
        promises = turned @ self.cells.centroids.T
        for place, query in enumerate(queries):
            if few is None:
                length = np.linalg.norm(query)
                question = _Question(query, turned[place : place + 1], length, promises[place])
                rows, scores = self._search(question, permit, breadth)
            else:
                rows, scores = self._exactly(few, query)
            order = np.lexsort((rows, -scores))[:k]
            hits.rows[place, : len(order)], hits.scores[place, : len(order)] = rows[order], scores[order]
        return hits

    def _permitted(self, permit: Permit) -> Rows:
        return np.flatnonzero(np.unpackbits(permit.bits, count=len(self._vectors), bitorder="little")).astype(np.int32)

    def _exactly(self, rows: Rows, query: Vectors) -> tuple[Rows, Vectors]:
        """(rows, their scores): equal vectors are compared once."""
        if self._equals is None:
            return rows, exact_scores(self._vectors, rows, query)
        nodes, place = np.unique(self._equals.nodes[rows], return_inverse=True)
        return rows, exact_scores(self._vectors, self._equals.firsts(nodes), query)[place]

    def _search(self, question: _Question, permit: Permit, breadth: int) -> tuple[Rows, Vectors]:
        """In rounds: cells that hold some three times as many rows as so far, as long as the rest promises enough."""
        counts, settings = permit.counts, self._settings
        left = np.flatnonzero(counts)
        promise = question.scores[left] + _FIRST_LOOK * question.length * self.cells.spread[left]
        left = left[np.argsort(-promise, kind="stable")]
        taken, room = np.empty(0, dtype=np.int64), max(settings.least, 2 * breadth)
        rows, scores = np.empty(0, dtype=np.int32), np.empty(0, dtype=np.float32)
        while len(left):
            chosen = left[: np.searchsorted(np.cumsum(counts[left]), room) + 1]
            left, taken = left[len(chosen) :], np.concatenate([taken, chosen])
            rows, scores = self._round(question, permit, breadth, chosen, rows, scores)
            least = np.partition(scores, -breadth)[-breadth] if len(scores) >= breadth else -np.inf
            left = self._worth(question, counts, taken, left, least, breadth)
            room = _GROWTH * int(counts[taken].sum())
        return rows, scores

    def _round(
        self, question: _Question, permit: Permit, breadth: int, chosen: NDArray[np.int64], rows: Rows, scores: Vectors
    ) -> tuple[Rows, Vectors]:
        """The best `breadth` rows or more of those given and those of the chosen cells."""
        found, estimates = self._estimated(question, permit, _ESTIMATED * breadth, chosen)
        if self._equals is not None:
            found, estimates = self._with_equals(found, estimates, permit)
        for part in (slice(breadth), slice(breadth, None)):
            least = np.partition(scores, -breadth)[-breadth] if len(scores) >= breadth else -np.inf
            error = self._settings.margin * _ERROR * question.length * self.cells.spread[self.cells.cells[found[part]]]
            near = found[part][estimates[part] + error >= least]
            compared, exact = self._exactly(near, question.vector)
            rows, scores = np.concatenate([rows, compared]), np.concatenate([scores, exact])
        if len(scores) > breadth:
            kept = scores >= np.partition(scores, -breadth)[-breadth]
            rows, scores = rows[kept], scores[kept]
        return rows, scores

    def _estimated(
        self, question: _Question, permit: Permit, count: int, chosen: NDArray[np.int64]
    ) -> tuple[Rows, Vectors]:
        """(rows, estimates of their scores), the best `count` of some cells, best first."""
        ptr = faiss.swig_ptr
        parameters = faiss.IVFRaBitQSearchParameters()
        parameters.nprobe, parameters.qb = len(chosen), _QUERY_BITS
        if permit is not self._everything:
            parameters.sel = selector = faiss.IDSelectorBitmap(permit.bits)  # noqa: F841 - held while FAISS reads it
        centres = np.ascontiguousarray(question.scores[chosen])
        found, estimates = np.empty(count, dtype=np.int64), np.empty(count, dtype=np.float32)
        asked = (1, ptr(question.turned), count, ptr(chosen), ptr(centres), ptr(estimates), ptr(found))
        self.cells.lists.search_preassigned_c(*asked, False, parameters, None)  # noqa: FBT003 - C++
        kept = found >= 0
        return found[kept].astype(np.int32), estimates[kept]

    def _with_equals(self, found: Rows, estimates: Vectors, permit: Permit) -> tuple[Rows, Vectors]:
        """The same and all permitted rows that have one of their vectors, best first."""
        equals = self._equals
        nodes, firsts = np.unique(equals.nodes[found], return_index=True)
        best_first = np.argsort(firsts)
        rows, place = equals.rows_of(nodes[best_first])
        kept = permit.holds(rows)
        return rows[kept], estimates[firsts[best_first]][place[kept]]

    def _worth(
        self,
        question: _Question,
        counts: NDArray[np.int64],
        taken: NDArray[np.int64],
        left: NDArray[np.int64],
        least: float,
        breadth: int,
    ) -> NDArray[np.int64]:
        """Of the cells that are left those to look through, best first, so that the others hold too little together.

        Where the cells looked through held less than expected of them, as where what is near is excluded, so do the
        others.
        """
        expected = self._expected(question, counts, left, least)
        share = min(1.0, breadth / max(float(self._expected(question, counts, taken, least).sum()), 1.0))
        order = np.argsort(-expected, kind="stable")
        rest = np.cumsum(expected[order][::-1])[::-1] * share
        return left[order[rest > self._settings.missed * breadth]]

    def _expected(
        self, question: _Question, counts: NDArray[np.int64], cells: NDArray[np.int64], least: float
    ) -> NDArray[np.float64]:
        """How many rows of each of some cells are expected to score more than `least`."""
        if not np.isfinite(least):
            return counts[cells].astype(np.float64)
        above = (least - question.scores[cells]) / np.maximum(question.length * self.cells.spread[cells], 1e-12)
        steps = np.clip(above / TAIL_STEP, 0, len(self.cells.beyond)).astype(np.int64)
        share = np.append(self.cells.beyond, 0)[steps]
        return counts[cells] * np.where(above <= 0, 1.0, share)
