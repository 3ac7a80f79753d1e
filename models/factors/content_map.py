"""Behaviour from content alone: the linear map that gives an item without interactions its place among the others."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from models.factors.value import Factors

Dense = NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class ContentMap:
    """Ridge regression of content vectors onto factors.

    Attributes:
        engage: float32 [d, r], content onto engage vectors.
        index: float32 [d, r], content onto index vectors.
    """

    engage: Dense
    index: Dense

    @classmethod
    def fit(cls, content: Dense, factors: Factors, degrees: NDArray[np.int64], ridge: float) -> ContentMap:
        """Learn from the items with interactions, each in proportion to the square root of their number.

        The factors of an item with few interactions are small and uncertain: with equal weights the many such items
        would teach the map that nothing new is worth recommending.

        Args:
            content: float32 [n, d], unit vectors.
            factors: of the n items.
            degrees: int64 [n], interactions of each item, not all 0.
            ridge: lambda, in items of average weight.
        """
        known = degrees > 0
        weights = np.sqrt(degrees[known]) / np.sqrt(degrees[known]).mean()
        seen = content[known].astype(np.float64)
        weighted = seen.T * weights
        onto = weighted @ np.hstack([factors.engage[known], factors.index[known]])
        solution = np.linalg.solve(weighted @ seen + ridge * np.eye(content.shape[1]), onto).astype(np.float32)
        engage, index = np.split(solution, [factors.engage.shape[1]], axis=1)
        return cls(np.ascontiguousarray(engage), np.ascontiguousarray(index))

    def fill(self, content: Dense, factors: Factors, degrees: NDArray[np.int64]) -> Factors:
        """The same factors, with the map's in the rows [n] without interactions; these are nobody's neighbours."""
        unknown = degrees == 0
        engage, index = factors.engage.copy(), factors.index.copy()
        engage[unknown] = content[unknown] @ self.engage
        index[unknown] = content[unknown] @ self.index
        return Factors(engage, index, factors.neighbours.without(unknown))
