"""Vectors that come one by one, and are searched from then on: all of them are compared."""

from __future__ import annotations

from collections.abc import Callable

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

    def put(self, row: int, vector: Vectors) -> None:
        """Add the vector of a row, [d], or replace it."""
        slot = self._slots.setdefault(row, len(self._slots))
        self._vectors.put(slot, vector)
        self._rows.put(slot, row)

    def search(
        self,
        queries: Vectors,
        k: int,
        least: Vectors,
        keep: Callable[[Rows], NDArray[np.bool_]],
        order: Callable[[Rows], NDArray[np.float64]],
    ) -> Hits:
        """The k best for each query, of those that score at least as much as is known to be found elsewhere.

        Args:
            queries: float32 [q, d].
            k: rows a query; there are fewer columns where no query has so many.
            least: float32 [q], score below which a row is of no use to each query; -inf where every row is.
            keep: which rows may be found; asked only about those that would be.
            order: of equal scores the row with the lower number comes first.
        """
        scores = queries @ self._vectors.all().T
        slack = _SLACK * np.abs(scores).max(initial=0)
        slots = np.flatnonzero((scores >= (least - slack)[:, None]).any(axis=0)).astype(np.int32)
        slots = slots[keep(self._rows[slots])]
        if len(slots) > k:
            found = scores[:, slots]
            enough = np.partition(found, -k, axis=1)[:, -k] - slack
            slots = slots[(found >= enough[:, None]).any(axis=0)]
        slots = slots[np.argsort(order(self._rows[slots]), kind="stable")]
        exact = np.stack([exact_scores(self._vectors.all(), slots, query) for query in queries])
        return best(self._rows[slots], exact, min(k, len(slots)))
