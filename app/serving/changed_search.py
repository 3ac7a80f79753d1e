"""Search among the rows that changed since the snapshot, and its union with what the snapshot's index finds."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

import numpy as np
from numpy.typing import NDArray

from app.serving.item_order import ItemOrder
from indexer.equal_vectors import Vectors
from indexer.exact_search import Hits
from indexer.live_vectors import LiveVectors
from models.ids import Rows

_TOLERANCE: Final = 1e-6
"""Of the largest score: what two ways to sum up one dot product may differ by."""


class ChangedRows:
    """The vectors of rows that changed since the snapshot."""

    def __init__(self, dimension: int) -> None:
        """Vectors have `dimension` numbers."""
        self._vectors = LiveVectors(dimension)

    def put(self, row: int, vector: Vectors) -> None:
        """A row has a new vector, [d]."""
        self._vectors.put(row, vector)

    def search(self, queries: Vectors, k: int, kept: Callable[[Rows], NDArray[np.bool_]], order: ItemOrder) -> Hits:
        """The k of the rows that are kept with the largest inner product with each query, equal ones by item id."""
        rows = self._vectors.rows
        return self._vectors.search(queries, k, kept(rows), order.of(rows))


def union(found: Hits, changed: Hits, k: int, order: ItemOrder) -> Hits:
    """The k best of both, equal scores by item id."""
    rows = np.hstack([found.rows, changed.rows])
    scores = np.hstack([found.scores, _aligned(changed.scores, found.scores)])
    best_first = np.lexsort((order.of(rows), -scores), axis=1)[:, :k]
    return Hits(np.take_along_axis(rows, best_first, axis=1), np.take_along_axis(scores, best_first, axis=1))


def _aligned(scores: NDArray[np.float32], others: NDArray[np.float32]) -> NDArray[np.float32]:
    """`scores`, those that equal one of `others` but for rounding made equal to it."""
    aligned = scores.copy()
    for query in range(len(scores)):
        known = others[query][np.isfinite(others[query])]
        if len(known):
            nearest = known[np.abs(scores[query][:, None] - known[None]).argmin(axis=1)]
            close = np.abs(scores[query] - nearest) <= _TOLERANCE * np.abs(known).max()
            aligned[query] = np.where(close, nearest, scores[query])
    return aligned
