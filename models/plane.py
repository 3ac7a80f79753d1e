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
_STILL: Final = 1e-4
"""Movement, by the size of the picture, from which on nothing is gained."""
_LEAST: Final = 1e-3
"""Distances below count as this."""
_MOST: Final = 250
"""Points that are placed by all distances: time grows with the square of their number."""
_NEAREST: Final = 3


def in_the_plane(vectors: NDArray[np.float32]) -> Points:
    """float64 [n, 2] within -1 and 1, the direction of most variance first.

    Of more than _MOST points so many, evenly spread over the rows, are placed by the distances of all pairs, and each
    other between the three of them that are nearest to it.

    Args:
        vectors: [n, d]; distances are Euclidean.
    """
    points = np.asarray(vectors, dtype=np.float64)
    if len(points) < 3:
        return np.array([[0.0, 0.0]] if len(points) == 1 else [[-1.0, 0.0], [1.0, 0.0]])[: len(points)]
    marks = np.linspace(0, len(points) - 1, min(len(points), _MOST)).astype(np.int64)
    placed = _majorized(principal(points[marks]), np.maximum(_distances(points[marks]), _LEAST))
    placed = principal(_between(points, points[marks], placed) if len(marks) < len(points) else placed)
    return np.asarray(placed / max(float(np.abs(placed).max()), _LEAST))


def _between(points: Points, marks: Points, placed: Points) -> Points:
    """Each point at the mean of the marks nearest to it, weighted by nearness; the marks where they are."""
    squares = np.square(points).sum(axis=1)[:, None] + np.square(marks).sum(axis=1)[None, :] - 2.0 * points @ marks.T
    nearest = np.argsort(squares, axis=1, kind="stable")[:, :_NEAREST]
    far = np.sqrt(np.maximum(np.take_along_axis(squares, nearest, axis=1), _LEAST**2))
    weights = 1.0 / far**2
    return np.asarray((placed[nearest] * weights[:, :, None]).sum(axis=1) / weights.sum(axis=1)[:, None])


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
        before, placed = placed, inverse @ (ratio.sum(axis=1)[:, None] * placed - ratio @ placed)
        if np.abs(placed - before).max() < _STILL * np.abs(placed).max():
            break
    return placed


def _distances(points: Points) -> Points:
    squares = np.square(points).sum(axis=1)
    found = np.sqrt(np.maximum(squares[:, None] + squares[None, :] - 2.0 * points @ points.T, 0.0))
    np.fill_diagonal(found, 0.0)
    return np.asarray(found)
