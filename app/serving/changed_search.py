"""Exact search over the rows that changed since the snapshot, and its union with what the snapshot's index finds."""

from __future__ import annotations

from typing import Final

import numpy as np
from numpy.typing import NDArray

from app.serving.item_order import ItemOrder
from indexer.equal_vectors import Vectors, digests
from indexer.exact_search import Hits, best
from models.ids import Rows

_TOLERANCE: Final = 1e-6
"""Of the largest score: what two ways to sum up one dot product may differ by."""


def search_changed(vectors: Vectors, rows: Rows, queries: Vectors, k: int, order: ItemOrder) -> Hits:
    """The k of `rows` whose `vectors` have the largest inner product with each query, equal ones by item id."""
    by_id = np.argsort(order.of(rows), kind="stable")
    _, firsts, inverse = np.unique(digests(vectors[by_id]), return_index=True, return_inverse=True)
    scores = (queries @ vectors[by_id].T)[:, firsts[inverse]]
    found = best(np.arange(len(rows), dtype=np.int32), scores, k)
    return Hits(np.append(rows[by_id], -1)[found.rows].astype(np.int32), found.scores)


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
