"""Vectors that come one by one, and are searched from then on: all of them are compared."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from indexer.equal_vectors import Vectors
from indexer.exact_search import Hits, best, exact_scores
from models.columns import LiveColumn
from models.ids import Rows

_SLACK = np.float32(1e-5)
"""Of the largest score: what two ways to sum up one dot product may differ by."""


class LiveVectors:
    """Rows by slot, in the order in which they came."""

    def __init__(self, dimension: int) -> None:
        self._vectors = LiveColumn(np.empty((0, dimension), dtype=np.float32))
        self._rows = LiveColumn(np.empty(0, dtype=np.int32))
        self._slots = dict[int, int]()

    def __len__(self) -> int:
        return len(self._slots)

    @property
    def rows(self) -> Rows:
        """By slot."""
        return self._rows.tail

    def put(self, row: int, vector: Vectors) -> None:
        """Add the vector of a row, [d], or replace it."""
        slot = self._slots.setdefault(row, len(self._slots))
        self._vectors.put(slot, vector)
        self._rows.put(slot, row)

    def search(self, queries: Vectors, k: int, keep: NDArray[np.bool_], order: NDArray[np.float64]) -> Hits:
        """The k best for each query, [q, d], of the slots that are kept, [n]; of equal scores those first in order."""
        hits, kept = Hits.none(len(queries), k), min(k, int(np.count_nonzero(keep)))
        if not kept:
            return hits
        likely = np.where(keep, queries @ self._vectors.tail.T, -np.inf)
        for query, scores in enumerate(likely):
            slots = self._near(scores, kept)
            slots = slots[np.argsort(order[slots], kind="stable")]
            found = best(slots, exact_scores(self._vectors.tail, slots, queries[query])[None], kept)
            hits.rows[query, :kept], hits.scores[query, :kept] = self.rows[found.rows[0]], found.scores[0]
        return hits

    @staticmethod
    def _near(scores: Vectors, count: int) -> NDArray[np.int32]:
        """Slots whose scores are among the `count` best, but for rounding."""
        least = np.partition(scores, -count)[-count]
        slack = _SLACK * np.abs(scores[np.isfinite(scores)]).max()
        return np.flatnonzero(scores >= least - slack).astype(np.int32)
