"""Metrics of one ranking, in the definitions of the published tables (see docs/benchmarks for protocols)."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from models.ids import Rows


def recall_at(ranked: Rows, targets: Rows, k: int, *, capped: bool = True) -> float:
    """Hits among the first k, divided by min(k, targets) if `capped`, else by the number of targets."""
    hits = int(np.isin(ranked[:k], targets).sum())
    return hits / (min(k, len(targets)) if capped else len(targets))


def ndcg_at(ranked: Rows, targets: Rows, k: int) -> float:
    """Binary gains, log2 discount, divided by the best that min(k, targets) hits could reach."""
    discounts = 1.0 / np.log2(np.arange(2, k + 2))
    hits = np.isin(ranked[:k], targets)
    return float(discounts[: len(hits)][hits].sum() / discounts[: min(k, len(targets))].sum())


def overlap_at(found: NDArray[np.integer], exact: NDArray[np.integer]) -> float:
    """Mean share of `exact` [q, k] that stands in `found` [q, k], row by row: recall@k of an approximate index."""
    return float(np.mean([np.isin(truth, guess).mean() for truth, guess in zip(exact, found, strict=True)]))


def intra_list_distance(vectors: NDArray[np.float32]) -> float:
    """Mean cosine distance of all pairs of the [n, d] unit vectors; 0 for fewer than two."""
    n = len(vectors)
    if n < 2:
        return 0.0
    gram_sum = float(np.square(vectors.sum(axis=0)).sum())
    own = float(np.square(vectors).sum())
    return 1.0 - (gram_sum - own) / (n * (n - 1))
