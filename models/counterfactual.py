"""What scores would be if some of their evidence were not there: many sets of evidence and many items at once.

Of the terms of a score (models/attribution.py) some rest on evidence, each a sum divided by what the evidence weighs:

    long term   (sum_k c_kj + e_j) / sqrt(Q)         without set g:  (... - sum_{k in g} c_kj) / sqrt(Q - q_g)
    averages    sum_k s_kj, s_kj = p_kj * x_kj       without set g:  (... - sum_{k in g} s_kj) / (1 - p_gj)

so that only the sums over each set are needed, and no number for each pair of event and item.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Matrix = NDArray[np.float64]
NOTHING_LEFT = 1e-9
"""Share of the whole under which what is left is rounding."""


@dataclass(frozen=True, slots=True)
class Average:
    """What g sets of evidence contribute to n values of one average, such as that of the session.

    Attributes:
        values: float64 [g, n].
        parts: float64 [g, n] or [g, 1], p_gj below 1: what each set has of the weights that the average divides by.
    """

    values: Matrix
    parts: Matrix


@dataclass(frozen=True, slots=True)
class Removed:
    """What g sets of evidence contribute to n scores.

    Attributes:
        long_term: float64 [g, n], before division by sqrt(Q).
        squares: float64 [g], what each set adds to Q.
        averages: one entry for each average that the scores have.
    """

    long_term: Matrix
    squares: NDArray[np.float64]
    averages: tuple[Average, ...]


@dataclass(frozen=True, slots=True)
class Scores:
    """The parts of n scores.

    Attributes:
        long_term: float64 [n], after division.
        averages: float64 [n] each.
        rest: float64 [n], terms that rest on no evidence of the person.
        factor: float64 [n], what a positive score is multiplied by.
        square: Q.
    """

    long_term: NDArray[np.float64]
    averages: tuple[NDArray[np.float64], ...]
    rest: NDArray[np.float64]
    factor: NDArray[np.float64]
    square: float

    def whole(self) -> NDArray[np.float64]:
        """float64 [n]: the scores."""
        return self._finished(sum(self.averages, self.long_term + self.rest))

    def without(self, removed: Removed) -> Matrix:
        """float64 [g, n]: the scores without each set."""
        left = self.square - removed.squares
        some = left > NOTHING_LEFT * self.square
        scale = np.where(some, 1 / np.sqrt(np.where(some, left, 1.0)), 0.0)[:, None]
        long_term = (self.long_term * np.sqrt(self.square) - removed.long_term) * scale
        averages = (
            (whole - lost.values) / (1 - lost.parts)
            for whole, lost in zip(self.averages, removed.averages, strict=True)
        )
        return self._finished(sum(averages, long_term + self.rest))

    def _finished(self, sums: Matrix) -> Matrix:
        return np.where(sums > 0, sums * self.factor, sums)
