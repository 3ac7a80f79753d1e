"""A search through cells as one call: from queries and what may be found to rows and scores."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray

from indexer.cell_search import Breadth, CellSearch, Permit, Question
from indexer.cells import Cells
from indexer.equal_vectors import EqualVectors, Vectors
from indexer.exact_search import Hits, exact_scores
from models.ids import Rows
from models.joint_vectors import Stored

_LEAST_BREADTH = 64


def breadth_of(k: int) -> int:
    """How many rows a search for k looks for: a power of two, or none."""
    return max(1 << (k - 1).bit_length(), _LEAST_BREADTH) if k else 0


class CellIndex:
    """Cells, and the vectors behind them, [n, d]."""

    def __init__(self, cells: Cells, vectors: Stored, settings: Breadth, equals: EqualVectors | None = None) -> None:
        self.cells, self._vectors, self.settings, self.equals = cells, vectors, settings, equals
        self.everything = self.permit(np.ones(len(vectors), dtype=np.bool_))
        self.shares_above = np.concatenate([np.ones(1, dtype=np.float32), cells.beyond])
        """Of a cell's rows, those that score more than a number of steps above its centroid: all, from below it on."""

    def permit(self, rows: NDArray[np.bool_]) -> Permit:
        """Rows that may be found, bool [n]."""
        return Permit(np.packbits(rows, bitorder="little"), self._counts(np.flatnonzero(rows).astype(np.int32)))

    def withdraw(self, permit: Permit, rows: Rows) -> None:
        """Let some rows, without repeats, not be found any more."""
        rows = np.sort(rows[permit.holds(rows)])
        if len(rows):
            places, bits = rows >> 3, np.uint8(1) << (rows & 7).astype(np.uint8)
            firsts = np.flatnonzero(np.diff(places, prepend=-1))
            permit.bits[places[firsts]] &= ~np.bitwise_or.reduceat(bits, firsts)
            np.subtract(permit.counts, self._counts(rows), out=permit.counts)

    def _counts(self, rows: Rows) -> NDArray[np.int64]:
        """int64 [cells]: how many of some rows each holds."""
        return np.bincount(self.cells.cells[rows], minlength=len(self.cells.spread))

    def search(self, queries: Vectors, k: int, excluded: Rows, permit: Permit | None) -> Hits:
        """The k best of the permitted rows, by default of all, that are not excluded.

        The breadth of a search goes in powers of two, so that near numbers find the same.
        """
        permit = permit or self.everything
        if len(excluded):
            permit = Permit(permit.bits.copy(), permit.counts.copy())
            self.withdraw(permit, excluded)
        hits, available = Hits.none(len(queries), k), int(permit.counts.sum())
        breadth = min(breadth_of(k), available)
        if not breadth:
            return hits
        queries = np.ascontiguousarray(queries, dtype=np.float32)
        certain = available <= self.settings.least
        found = self._all_of(permit, queries) if certain else self._best_of(permit, queries, breadth)
        for place, (rows, scores) in enumerate(found):
            order = np.lexsort((rows, -scores))[:k]
            hits.rows[place, : len(order)], hits.scores[place, : len(order)] = rows[order], scores[order]
        return hits

    def _all_of(self, permit: Permit, queries: Vectors) -> Iterator[tuple[Rows, Vectors]]:
        bits = np.unpackbits(permit.bits, count=len(self._vectors), bitorder="little")
        rows = np.flatnonzero(bits).astype(np.int32)
        return ((rows, self.exactly(rows, query)) for query in queries)

    def _best_of(self, permit: Permit, queries: Vectors, breadth: int) -> Iterator[tuple[Rows, Vectors]]:
        turned = self.cells.turned(queries)
        promises = turned @ self.cells.centroids.T
        for place, query in enumerate(queries):
            question = Question(query, turned[place : place + 1], promises[place])
            yield CellSearch(self, question, permit, breadth)()

    def exactly(self, rows: Rows, query: Vectors) -> Vectors:
        """Scores of some rows with a query [d]; equal vectors are compared once."""
        if self.equals is None:
            return exact_scores(self._vectors, rows, query)
        nodes, place = np.unique(self.equals.nodes[rows], return_inverse=True)
        return np.asarray(exact_scores(self._vectors, self.equals.firsts(nodes), query)[place])
