"""Accuracy of rankings, in the definitions of the published tables (see docs/benchmarks for protocols).

`recall_at` and `ndcg_at` judge one ranking; the plural ones judge many at once, from their hits. A ranking that is
shorter than its column is padded with -1, which never is a hit.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from models.ids import Rows

Hits = NDArray[np.bool_]
Counts = NDArray[np.int64]
Values = NDArray[np.float64]


def recall_at(ranked: Rows, targets: Rows, k: int, *, capped: bool = False) -> float:
    """Hits among the first k, divided by the number of targets or, if `capped`, by min(k, targets)."""
    hits = int(np.isin(ranked[:k], targets).sum())
    return hits / (min(k, len(targets)) if capped else len(targets))


def ndcg_at(ranked: Rows, targets: Rows, k: int) -> float:
    """Binary gains, log2 discount, divided by the best that min(k, targets) hits could reach."""
    discounts = _discounts(k)
    hits = np.isin(ranked[:k], targets)
    return float(discounts[: len(hits)][hits].sum() / discounts[: min(k, len(targets))].sum())


def hits_of(ranked: Rows, offsets: NDArray[np.int64], targets: Rows) -> Hits:
    """Which of the ranked items are targets.

    Args:
        ranked: int32 [q, k], best first, -1 where a ranking has ended.
        offsets: int64 [q + 1]; targets[offsets[i] : offsets[i + 1]] are the targets of ranking i.
        targets: int32 [offsets[-1]].

    Returns:
        bool [q, k].
    """
    span = np.int64(max(ranked.max(initial=0), targets.max(initial=0)) + 1)
    owners = np.arange(len(ranked), dtype=np.int64)
    wanted = np.repeat(owners, np.diff(offsets)) * span + targets
    return np.isin(owners[:, None] * span + ranked, wanted) & (ranked >= 0)


def recalls(hits: Hits, targets: Counts, k: int, *, capped: bool = False) -> Values:
    """float64 [q]: `recall_at` of each ranking, from its hits [q, >= k] and its number of targets [q], at least 1."""
    return np.asarray(hits[:, :k].sum(axis=1) / (np.minimum(targets, k) if capped else targets))


def ndcgs(hits: Hits, targets: Counts, k: int) -> Values:
    """float64 [q]: `ndcg_at` of each ranking; arguments as of `recalls`."""
    discounts = _discounts(k)
    best = np.cumsum(discounts)[np.minimum(targets, k) - 1]
    return np.asarray(hits[:, :k] @ discounts[: hits.shape[1]] / best)


def hit_rates(hits: Hits, k: int) -> Values:
    """float64 [q]: 1 where a target stands among the first k, else 0."""
    return np.asarray(hits[:, :k].any(axis=1), dtype=np.float64)


def _discounts(k: int) -> Values:
    return np.reciprocal(np.log2(np.arange(2, k + 2, dtype=np.float64)))
