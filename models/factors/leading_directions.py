"""Leading right singular vectors of a large matrix, by randomised subspace iteration (Halko et al. 2011).

The matrix is only ever multiplied with thin blocks, so it may be sparse or dense and of any size.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray
from scipy import linalg, sparse

Dense = NDArray[np.float32]
Operand = Dense | sparse.csr_array

OVERSAMPLING: Final = 32
"""Directions beyond those asked for, which the iteration needs to tell the last ones from the rest."""


@dataclass(frozen=True, slots=True)
class Directions:
    """The best orthonormal basis for the rows of a matrix.

    Attributes:
        vectors: float32 [columns of the matrix, r], orthonormal, largest singular value first.
        values: float32 [r], singular values, descending.
    """

    vectors: Dense
    values: Dense


def leading_directions(matrix: Operand, rank: int, iterations: int, random: np.random.Generator) -> Directions:
    """The `rank` leading right singular vectors of `matrix` [m, n], fewer where min(m, n) is less.

    Args:
        matrix: float32.
        rank: directions wanted.
        iterations: passes over the matrix; each one sharpens the basis.
        random: draws the first basis.
    """
    columns = matrix.shape[1]
    width = min(rank + OVERSAMPLING, *matrix.shape)
    transposed = matrix.T if isinstance(matrix, np.ndarray) else sparse.csr_array(matrix.T)
    basis = _orthonormal(random.standard_normal((columns, width), dtype=np.float32))
    for _ in range(iterations):
        basis = _orthonormal(np.asarray(transposed @ (matrix @ basis)))
    return _rotated(np.asarray(matrix @ basis), basis, min(rank, width))


def _orthonormal(block: Dense) -> Dense:
    """An orthonormal basis of the columns; in single precision, in which numpy's own routine would not stay."""
    basis, _ = linalg.qr(block, mode="economic", overwrite_a=True, check_finite=False)
    return np.ascontiguousarray(basis, dtype=np.float32)


def _rotated(image: Dense, basis: Dense, rank: int) -> Directions:
    """Turn the basis so that its axes are the singular directions; each axis' largest entry is made positive."""
    eigenvalues, rotation = np.linalg.eigh((image.T @ image).astype(np.float64))
    leading = np.argsort(-eigenvalues, kind="stable")[:rank]
    vectors = basis @ rotation[:, leading].astype(np.float32)
    peaks = vectors[np.abs(vectors).argmax(axis=0), np.arange(len(leading))]
    values = np.sqrt(np.maximum(eigenvalues[leading], 0.0)).astype(np.float32)
    return Directions(vectors * np.where(peaks < 0, np.float32(-1), np.float32(1)), values)
