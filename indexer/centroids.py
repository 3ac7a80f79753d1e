"""Centroids of the cells into which vectors are parted: k-means by distance, from a sample."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from indexer.equal_vectors import Stored, Vectors

_BLOCK = 16_384
_SAMPLE = 40
"""Vectors a cell from which centroids are learned."""
_ROUNDS = 8
_APART = np.float32(0.01)


def find_centroids(vectors: Stored, count: int, seed: int = 0) -> Vectors:
    """float32 [count, d]: middles of the clusters of a sample of the vectors, [n, d] with n at least `count`.

    A cluster that loses its last vector begins anew beside the largest one.
    """
    random = np.random.default_rng(seed)
    chosen = np.sort(random.choice(len(vectors), min(len(vectors), _SAMPLE * count), replace=False))
    sample = vectors[chosen].astype(np.float32)
    centroids = sample[np.sort(random.choice(len(sample), count, replace=False))].copy()
    for _ in range(_ROUNDS):
        cells = nearest_centroid(sample, centroids)
        sizes = np.bincount(cells, minlength=count)
        centroids = means(sample, cells, centroids)
        empty = np.flatnonzero(sizes == 0)
        largest = centroids[np.argsort(-sizes, kind="stable")[: len(empty)]]
        centroids[empty] = largest * (1 + _APART * random.standard_normal(largest.shape, dtype=np.float32))
    return centroids


def nearest_centroid(vectors: Stored, centroids: Vectors) -> NDArray[np.int32]:
    """int32 [n]: the centroid with the least distance to each vector, the first of several."""
    cells, halves = np.empty(len(vectors), dtype=np.int32), (centroids**2).sum(axis=1) / 2
    for start in range(0, len(vectors), _BLOCK):
        block = slice(start, start + _BLOCK)
        cells[block] = np.argmax(vectors[block].astype(np.float32, copy=False) @ centroids.T - halves, axis=1)
    return cells


def means(vectors: Stored, cells: NDArray[np.int32], centroids: Vectors) -> Vectors:
    """float32 [cells, d]: the mean of each cell's vectors, its centroid where it has none."""
    sums = np.zeros(centroids.shape, dtype=np.float64)
    order = np.argsort(cells, kind="stable")
    for start in range(0, len(order), _BLOCK):
        rows = order[start : start + _BLOCK]
        found, firsts = np.unique(cells[rows], return_index=True)
        sums[found] += np.add.reduceat(vectors[rows].astype(np.float32, copy=False), firsts, axis=0)
    sizes = np.bincount(cells, minlength=len(centroids))[:, None]
    return np.where(sizes > 0, sums / np.maximum(sizes, 1), centroids).astype(np.float32)
