"""Inverse of a large symmetric positive definite matrix in its own memory.

Gauss-Jordan sweeps over blocks (Goodnight 1979, "A tutorial on the SWEEP operator"). It takes n^3 floating-point
operations, nearly all of them in matrix products, and needs no second n x n array.
"""

from __future__ import annotations

from typing import Final

import numpy as np
from numpy.typing import NDArray

PIVOTS: Final = 512
TILE: Final = 2 * PIVOTS


def invert_in_place(matrix: NDArray[np.float32]) -> None:
    """Replace a symmetric positive definite [n, n] matrix by its inverse; only its lower triangle is read."""
    size = len(matrix)
    for start in range(0, size, PIVOTS):
        _sweep(matrix, start, min(start + PIVOTS, size))
    for start in range(0, size, TILE):
        rows = slice(start, min(start + TILE, size))
        _negate_and_mirror(matrix, rows)


def _sweep(matrix: NDArray[np.float32], start: int, end: int) -> None:
    """One block of pivots K: A_KK becomes -inv(A_KK), A_iK becomes A_iK inv(A_KK), A_ij loses A_iK inv(A_KK) A_Kj."""
    column = np.concatenate([matrix[start:end, :start].T, matrix[start:, start:end]])
    inverse = _inverse_of_block(column[start:end])
    scaled = column @ inverse
    column[start:end] = 0.0
    scaled[start:end] = 0.0
    for first in range(0, len(matrix), TILE):
        tile = slice(first, first + TILE)
        matrix[first:, tile] -= scaled[first:] @ column[tile].T
    matrix[start:end, :start] = scaled[:start].T
    matrix[start:, start:end] = scaled[start:]
    matrix[start:end, start:end] = -inverse


def _inverse_of_block(block: NDArray[np.float32]) -> NDArray[np.float32]:
    lower = np.tril(block.astype(np.float64))
    return np.linalg.inv(lower + np.tril(lower, -1).T).astype(np.float32)


def _negate_and_mirror(matrix: NDArray[np.float32], rows: slice) -> None:
    np.negative(matrix[rows, : rows.stop], out=matrix[rows, : rows.stop])
    block = np.tril(matrix[rows, rows])
    matrix[rows, rows] = block + np.tril(block, -1).T
    matrix[: rows.start, rows] = matrix[rows, : rows.start].T
