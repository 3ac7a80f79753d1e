"""How much of what exact search finds the vector index finds: the gate of a build, and what exclusions cost.

Recall counts scores, not rows: which of several equal items is found is arbitrary, and nobody misses the others.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray

from indexer.ann import VectorIndex
from indexer.equal_vectors import Vectors
from models.ids import Rows

_TOLERANCE = 1e-5
"""Of the largest score of a query: what two ways to sum up one dot product may differ by."""
_NO_ROWS = np.empty(0, dtype=np.int32)
_NEAREST = (500, 5_000)
_SHARES = (0.5, 0.9, 0.99)
_EXCLUSION_QUERIES = 50


def measure_recall(index: VectorIndex, vectors: Vectors, queries: Vectors, k: int = 10) -> float:
    """recall@k of the index against exact search by inner product, the mean over `queries` [q, d]."""
    return float(np.mean([_recall(index, query, vectors @ query, k, _NO_ROWS) for query in queries]))


def recall_under_exclusions(
    index: VectorIndex, vectors: Vectors, queries: Vectors, seed: int, k: int = 10
) -> dict[str, float]:
    """recall@k where a random share of the rows is excluded, and where those nearest to the query are, by kind.

    The nearest are what an active person has seen. Kinds that would leave fewer than k rows are left out.
    """
    generator, found = np.random.default_rng(seed), defaultdict[str, list[float]](list)
    for query in queries[:_EXCLUSION_QUERIES]:
        scores = vectors @ query
        for kind, excluded in _exclusions(scores, generator):
            if len(scores) - len(excluded) >= k:
                found[kind].append(_recall(index, query, scores, k, excluded))
    return {kind: float(np.mean(each)) for kind, each in found.items()}


def _exclusions(scores: NDArray[np.float32], generator: np.random.Generator) -> Iterator[tuple[str, Rows]]:
    nearest = np.argsort(-scores, kind="stable").astype(np.int32)
    shuffled = generator.permutation(len(scores)).astype(np.int32)
    for share in _SHARES:
        yield f"{share:.0%} at random", shuffled[: int(share * len(scores))]
    for count in _NEAREST:
        yield f"the {count:,} nearest", nearest[:count]


def _recall(index: VectorIndex, query: Vectors, scores: NDArray[np.float32], k: int, excluded: Rows) -> float:
    """Share of the k best scores that are reached, of one query [d] whose scores with all rows are given."""
    allowed = np.delete(scores, excluded)
    k = min(k, len(allowed))
    least = np.partition(allowed, -k)[-k] - _TOLERANCE * np.abs(scores).max()
    rows = index.search(query[None], k, np.sort(excluded)).rows[0]
    return int((scores[np.unique(rows[rows >= 0])] >= least).sum()) / k
