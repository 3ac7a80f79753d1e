"""Points of many dimensions in the plane, so that what is near lies near: the same points always the same way.

Stress majorization (SMACOF; de Leeuw 1977; Borg and Groenen 2005, chapter 8) from the principal components, with
weights 1 / d^2, so that small distances are kept as faithfully as large ones.
"""

from __future__ import annotations

from typing import Final

import numpy as np
from numpy.typing import NDArray

Points = NDArray[np.float64]

_STEPS: Final = 200
_LEAST: Final = 1e-3
"""Distances below count as this."""
_MOST: Final = 1_000
"""Points above which principal components have to do."""


def in_the_plane(vectors: NDArray[np.float32]) -> Points:
    """float64 [n, 2] within -1 and 1, the direction of most variance first.

    Args:
        vectors: [n, d]; distances are Euclidean.
    """
    points = np.asarray(vectors, dtype=np.float64)
    if len(points) < 3:
        return np.array([[0.0, 0.0]] if len(points) == 1 else [[-1.0, 0.0], [1.0, 0.0]])[: len(points)]
    placed = principal(points)
    if len(points) <= _MOST:
        placed = principal(_majorized(placed, np.maximum(_distances(points), _LEAST)))
    return np.asarray(placed / max(float(np.abs(placed).max()), _LEAST))


def principal(points: Points) -> Points:
    """float64 [n, 2]: the first two principal components, each with its largest value positive."""
    centred = points - points.mean(axis=0)
    left, sizes, _ = np.linalg.svd(centred, full_matrices=False)
    placed = np.zeros((len(points), 2))
    placed[:, : min(2, len(sizes))] = left[:, :2] * sizes[:2]
    largest = placed[np.abs(placed).argmax(axis=0), np.arange(2)]
    return np.asarray(placed * np.where(largest < 0, -1.0, 1.0))


def _majorized(placed: Points, wanted: Points) -> Points:
    """Where Guttman's transform leads in so many steps; `wanted` are distances of all pairs."""
    weights = 1.0 / wanted**2
    np.fill_diagonal(weights, 0.0)
    laplacian = np.diag(weights.sum(axis=1)) - weights
    inverse = np.linalg.pinv(laplacian)
    for _ in range(_STEPS):
        ratio = weights * wanted / np.maximum(_distances(placed), _LEAST)
        placed = inverse @ (np.diag(ratio.sum(axis=1)) - ratio) @ placed
    return placed


def _distances(points: Points) -> Points:
    squares = np.square(points).sum(axis=1)
    found = np.sqrt(np.maximum(squares[:, None] + squares[None, :] - 2.0 * points @ points.T, 0.0))
    np.fill_diagonal(found, 0.0)
    return np.asarray(found)
