"""What factor learning yields."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy import sparse

from models.neighbours import Neighbours

Dense = NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class Factors:
    """The behaviour block of every item's vectors, and its neighbours.

    A user who engaged with items i with weights a_i scores item j as
    sum_i a_i (<engage[i], index[j]> + neighbours[i, j]).

    Attributes:
        engage: float32 [n, r], zeros for an item that nobody engaged with.
        index: float32 [n, r].
        neighbours: the second, sparse part of the score.
    """

    engage: Dense
    index: Dense
    neighbours: Neighbours

    def scores(self, histories: sparse.csr_array) -> Dense:
        """float32 [users, n]: scores of all items for users with the weights [users, n]."""
        return np.asarray((histories @ self.engage) @ self.index.T + (histories @ self.neighbours.matrix()).toarray())


def spread(engage: Dense, index: Dense) -> float:
    """Root mean square of <engage[i], index[j]> over all pairs, 0 without items; it needs no items x items array."""
    if not engage.size:
        return 0.0
    total = np.sum((engage.T @ engage).astype(np.float64) * (index.T @ index).astype(np.float64))
    return float(np.sqrt(max(total, 0.0)) / len(engage))
