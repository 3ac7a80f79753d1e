"""Leading right singular vectors of a large matrix, by randomised subspace iteration (Halko et al. 2011).

The matrix is only ever multiplied with thin blocks, and only its Gram matrix: it may be sparse or dense, of any size.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final, Protocol

import numpy as np
from numpy.typing import NDArray
from scipy import linalg

Dense = NDArray[np.float32]

OVERSAMPLING: Final = 32
"""Directions beyond those asked for, which the iteration needs to tell the last ones from the rest."""


class Operand(Protocol):
    """What is asked of a matrix; `models.factors.gram.Gram` for a sparse one."""

    @property
    def shape(self) -> tuple[int, int]:
        """Rows and columns."""

    def times(self, basis: Dense) -> Dense:
        """M'M B."""

    def within(self, basis: Dense) -> Dense:
        """B'M'M B."""


@dataclass(frozen=True, slots=True)
class DenseOperand:
    """A matrix float32 [m, n] that is held whole."""

    matrix: Dense

    @property
    def shape(self) -> tuple[int, int]:
        """Rows and columns."""
        return len(self.matrix), self.matrix.shape[1]

    def times(self, basis: Dense) -> Dense:
        """M'M B."""
        return self.matrix.T @ (self.matrix @ basis)

    def within(self, basis: Dense) -> Dense:
        """B'M'M B."""
        image = self.matrix @ basis
        return image.T @ image


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
        matrix: its products.
        rank: directions wanted.
        iterations: passes over the matrix; each one sharpens the basis.
        random: draws the first basis.
    """
    columns = matrix.shape[1]
    width = min(rank + OVERSAMPLING, *matrix.shape)
    basis = _orthonormal(random.standard_normal((columns, width), dtype=np.float32))
    for _ in range(iterations):
        basis = _orthonormal(matrix.times(basis))
    return _rotated(matrix.within(basis), basis, min(rank, width))


def _orthonormal(block: Dense) -> Dense:
    """An orthonormal basis of the columns; in single precision, in which numpy's own routine would not stay."""
    basis, _ = linalg.qr(block, mode="economic", overwrite_a=True, check_finite=False)
    return np.ascontiguousarray(basis, dtype=np.float32)


def _rotated(squares: Dense, basis: Dense, rank: int) -> Directions:
    """Turn the basis so that its axes are the singular directions; each axis' largest entry is made positive."""
    eigenvalues, rotation = np.linalg.eigh(squares.astype(np.float64))
    leading = np.argsort(-eigenvalues, kind="stable")[:rank]
    vectors = basis @ rotation[:, leading].astype(np.float32)
    peaks = vectors[np.abs(vectors).argmax(axis=0), np.arange(len(leading))]
    values = np.sqrt(np.maximum(eigenvalues[leading], 0.0)).astype(np.float32)
    return Directions(vectors * np.where(peaks < 0, np.float32(-1), np.float32(1)), values)
