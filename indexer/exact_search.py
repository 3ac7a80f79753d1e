"""Exact search: every vector is compared, equal scores stand in the order of their rows."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from indexer.equal_vectors import EqualVectors, Vectors
from models.ids import Rows
from models.joint_vectors import JointVectors, Stored
from models.kernels.best import best_places
from models.kernels.halves import products


@dataclass(frozen=True, slots=True)
class Hits:
    """Nearest neighbours by inner product, best first, equal scores by row.

    Attributes:
        rows: int32 [q, k], -1 where there were fewer.
        scores: float32 [q, k], -inf there.
    """

    rows: Rows
    scores: NDArray[np.float32]

    @classmethod
    def none(cls, queries: int, k: int) -> Hits:
        """Nothing found."""
        return cls(np.full((queries, k), -1, np.int32), np.full((queries, k), -np.inf, np.float32))


def exact_search(vectors: Vectors, queries: Vectors, k: int, allowed: Rows, equals: EqualVectors | None = None) -> Hits:
    """Gather the allowed rows, ascending, and compare with all of them; equal vectors once where they are known."""
    if equals is None:
        return best(allowed, queries @ vectors[allowed].T, k)
    nodes, place = np.unique(equals.nodes[allowed], return_inverse=True)
    return best(allowed, (queries @ vectors[equals.firsts(nodes)].T)[:, place], k)


def exact_scores(vectors: Stored, rows: Rows, query: Vectors) -> Vectors:
    """Inner products of some rows of [n, d] with a query [d], the same for equal rows wherever they stand."""
    return vectors.products(rows, query) if isinstance(vectors, JointVectors) else products(vectors, rows, query)


def best(rows: Rows, scores: NDArray[np.float32], k: int | NDArray[np.int64]) -> Hits:
    """The k rows with the largest scores, [q, len(rows)]; rows ascending. A score of -inf is none.

    `k` may differ from query to query; there are as many columns as the largest.
    """
    counts = np.broadcast_to(np.asarray(k, dtype=np.int64), len(scores)).copy()
    places, found = best_places(np.ascontiguousarray(scores, dtype=np.float32), counts)
    if not len(rows):
        return Hits(places, found)
    return Hits(np.where(places < 0, np.int32(-1), rows[places]), found)
