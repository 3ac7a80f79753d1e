"""Exact attribution: which events, and how much of them, a score consists of.

    score(u, j) = (sum_k c_kj + e_j) / M      c_kj = contribution of event k, e_j = of the explicit profile

The label of an item must be a fact: leaving its evidence out has to lower the score. As the score is an average,
an event can have a large share and yet pull the score down, so the drop is computed for every event:

    drop_kj = score - (sum_{l != k} c_lj + e_j) / (M - mass_k)
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
        masses: float64 [k], what each event adds to the denominator.
        mass: the denominator M.
    """

    contributions: Matrix
    explicit: NDArray[np.float64]
    masses: NDArray[np.float64]
    mass: float

    def scores(self) -> NDArray[np.float64]:
        """float64 [n]: the personal part of the score of each item."""
        return self._ratio(self.contributions.sum(axis=0) + self.explicit, self.mass)

    def shares(self) -> Matrix:
        """float64 [k, n]: the part of the score that each event carries; with `explicit_shares` it sums up."""
        return self._ratio(self.contributions, self.mass)

    def explicit_shares(self) -> NDArray[np.float64]:
        """float64 [n]: the part of the score that the explicit profile carries."""
        return self._ratio(self.explicit, self.mass)

    def drops(self) -> Matrix:
        """float64 [k, n]: how much each score falls when one event is left out; negative where it would rise."""
        totals = self.contributions.sum(axis=0) + self.explicit
        rest = self.mass - self.masses[:, None]
        without = np.where(
            rest > self.mass * 1e-9, (totals - self.contributions) / np.maximum(rest, self.mass * 1e-9), 0.0
        )
        return self.scores() - without

    @staticmethod
    def _ratio(numerator: Matrix, mass: float) -> Matrix:
        return numerator / mass if mass > 0 else np.zeros_like(numerator)
