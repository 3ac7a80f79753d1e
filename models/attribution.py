"""Exact attribution: which events, and how much of them, a score consists of.

    score(u, j) = (sum_k c_kj + e_j) / sqrt(Q)      c_kj = contribution of event k, e_j = of the explicit profile

Q is the sum of the squared masses of all evidence, so that a score grows with the square root of agreeing evidence and
stays comparable between people with few and many events.

Terms that are averages of their own, of one interest or of the session, add what each event carries of them: s_kj.
What scores would be without some of the evidence is in leaving_out.py.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Matrix = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Attribution:
    """What the personal part of n items' scores consists of.

    Attributes:
        contributions: float64 [k, n], c_kj before division; negative events contribute negatively.
        explicit: float64 [n], contribution of the explicit profile before division.
        squares: float64 [k], what each event adds to Q.
        explicit_square: what the explicit profile adds to Q.
        averaged: float64 [k, n], s_kj, the part of the score that each event carries in other averages; None without.
    """

    contributions: Matrix
    explicit: NDArray[np.float64]
    squares: NDArray[np.float64]
    explicit_square: float
    averaged: Matrix | None = None

    @property
    def square(self) -> float:
        """Q."""
        return float(self.squares.sum()) + self.explicit_square

    def scores(self) -> NDArray[np.float64]:
        """float64 [n]: the personal part of the score of each item."""
        return np.asarray(self._scaled(self._totals()) + self._averaged().sum(axis=0))

    def shares(self) -> Matrix:
        """float64 [k, n]: the part of the score that each event carries; with `explicit_shares` it sums up."""
        return self._scaled(self.contributions) + self._averaged()

    def explicit_shares(self) -> NDArray[np.float64]:
        """float64 [n]: the part of the score that the explicit profile carries."""
        return self._scaled(self.explicit)

    def _averaged(self) -> Matrix:
        return np.zeros_like(self.contributions) if self.averaged is None else self.averaged

    def _totals(self) -> NDArray[np.float64]:
        return np.asarray(self.contributions.sum(axis=0) + self.explicit)

    def _scaled(self, amounts: Matrix) -> NDArray[np.float64]:
        return amounts / np.sqrt(self.square) if self.square > 0 else np.zeros_like(amounts)
