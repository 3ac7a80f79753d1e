"""How much of what exact search finds the vector index finds, also where much is excluded: the gate of a build.

Recall counts scores, not rows: which of several equal items is found is arbitrary, and nobody misses the others.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray

from indexer.ann import VectorIndex
from indexer.equal_vectors import Vectors
from indexer.snapshot import EXCLUSIONS_K, GATE_K
from models.ids import Rows
from models.joint_vectors import Stored

_TOLERANCE = 1e-5
"""Of the largest score of a query: what two ways to sum up one dot product may differ by."""
_NO_ROWS = np.empty(0, dtype=np.int32)
_NEAREST = (500, 5_000)
_SHARES = (0.5, 0.9, 0.99)
_EXCLUSION_QUERIES = 50
_BLOCK, _TOGETHER = 65_536, 25


def measure_recall(index: VectorIndex, vectors: Stored, queries: Vectors, k: int = GATE_K) -> float:
    """recall@k of the index against exact search by inner product, the mean over `queries` [q, d]."""
    return float(np.mean([recall_of(index, *each, k, _NO_ROWS) for each in scored(vectors, queries)]))


def recall_under_exclusions(
    index: VectorIndex, vectors: Stored, queries: Vectors, seed: int, k: int = EXCLUSIONS_K
) -> dict[str, float]:
    """recall@k where a random share of the rows is excluded, and where those nearest to the query are, by kind.

    The nearest are what an active person has seen. Kinds that would leave fewer than k rows are left out.
    """
    generator, found = np.random.default_rng(seed), defaultdict[str, list[float]](list)
    for query, scores in scored(vectors, queries[:_EXCLUSION_QUERIES]):
        for kind, excluded in _exclusions(scores, generator):
            if len(scores) - len(excluded) >= k:
                found[kind].append(recall_of(index, query, scores, k, excluded))
    return {kind: float(np.mean(each)) for kind, each in found.items()}


def scored(vectors: Stored, queries: Vectors) -> Iterator[tuple[Vectors, Vectors]]:
    """Each query [d] with its inner products with all rows, float32 [n]."""
    for start in range(0, len(queries), _TOGETHER):
        asked = queries[start : start + _TOGETHER].astype(np.float32, copy=False)
        blocks = (vectors[place : place + _BLOCK] for place in range(0, len(vectors), _BLOCK))
        scores = np.hstack([asked @ np.asarray(block, dtype=np.float32).T for block in blocks])
        yield from zip(asked, scores, strict=True)


def recall_of(index: VectorIndex, query: Vectors, scores: NDArray[np.float32], k: int, excluded: Rows) -> float:
    """Share of the k best scores that are reached, of one query [d] whose scores with all rows are given."""
    rows = index.search(query[None], min(k, len(scores) - len(excluded)), np.sort(excluded)).rows[0]
    return recall_of_rows(rows, scores, k, excluded)


def recall_of_rows(
    rows: Rows, scores: NDArray[np.float32], k: int, excluded: Rows, tolerance: float = _TOLERANCE
) -> float:
    """The same of rows that were found, -1 where none was; scores that differ by so much of the largest are equal."""
    allowed = np.delete(scores, excluded)
    k = min(k, len(allowed))
    least = np.partition(allowed, -k)[-k] - tolerance * np.abs(scores).max()
    return int((scores[np.unique(rows[rows >= 0])] >= least).sum()) / k


def _exclusions(scores: NDArray[np.float32], generator: np.random.Generator) -> Iterator[tuple[str, Rows]]:
    shuffled = generator.permutation(len(scores)).astype(np.int32)
    for share in _SHARES:
        yield f"{share:.0%} at random", shuffled[: int(share * len(scores))]
    for count in _NEAREST:
        if count < len(scores):
            yield f"the {count:,} nearest", np.argpartition(-scores, count)[:count].astype(np.int32)
