"""What is found among the rows that changed since the snapshot, and what the snapshot's index finds, as one."""

from __future__ import annotations

from typing import Final

import numpy as np
from numpy.typing import NDArray

from app.serving.item_order import ItemOrder
from indexer.ann import Counts
from indexer.exact_search import Hits

_TOLERANCE: Final = 1e-6
"""Of the largest score: what two ways to sum up one dot product may differ by."""


def least_found(found: Hits, k: Counts) -> NDArray[np.float32]:
    """float32 [q]: the score of the last that was asked for; -inf where fewer were found."""
    if not found.scores.shape[1]:
        return np.full(len(found.scores), -np.inf, dtype=np.float32)
    last = np.maximum(np.broadcast_to(np.asarray(k), len(found.scores)) - 1, 0)
    return np.asarray(found.scores[np.arange(len(last)), last])


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
