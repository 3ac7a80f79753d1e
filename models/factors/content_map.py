"""Behaviour from content alone: the linear map that gives an item without interactions its place among the others.

The map is a ridge regression of content onto the factors of the items with interactions. They count alike, however
popular they are, so that the map promises of a new item what the average item keeps:

    M = argmin sum_j |M c_j - f_j|^2 + lambda sum_d (s_max / s_d) |M_d|^2

with c_j the content of item j, f_j its factors, d the principal axes of the user embeddings, s_d their spread along d.
Along the axes in which users hardly differ, content has to say more before it is believed.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from models.factors.gram import Gram, LocalGram
from models.factors.value import Factors
from models.interactions import Interactions

Dense = NDArray[np.float32]
Exact = NDArray[np.float64]

BAND: Final = 65_536
"""Items that are worked on at a time."""

TINY: Final = 1e-6
"""Least spread of users along an axis, in that along the first one."""


@dataclass(frozen=True, slots=True)
class ContentMap:
    """Linear maps of content vectors onto factors.

    Attributes:
        engage: float32 [d, r], content onto engage vectors.
        index: float32 [d, r], content onto index vectors.
    """

    engage: Dense
    index: Dense

    @classmethod
    def fit(
        cls, content: Dense, factors: Factors, interactions: Interactions, ridge: float, gram: Gram | None = None
    ) -> ContentMap:
        """Learn from the items with interactions.

        Args:
            content: float32 [n, d], unit vectors.
            factors: of the n items.
            interactions: of users with the n items, not none.
            ridge: lambda, in items.
            gram: of the interactions; absent, it is computed here.
        """
        known = np.flatnonzero(interactions.item_degrees())
        axes, spread = _axes_of_users(gram or LocalGram(interactions.matrix), factors)
        likeness, onto_engage, onto_index = _normal_equations(content, factors, known)
        penalties = ridge / np.maximum(spread / max(float(spread[0]), 1e-300), TINY)
        return cls(
            _solution(likeness, onto_engage @ axes, penalties) @ axes.T.astype(np.float32),
            _solution(likeness, onto_index @ axes, penalties) @ axes.T.astype(np.float32),
        )

    def hopeful(self, optimism: float) -> ContentMap:
        """The same map with other promises: what it says of index vectors, times a factor."""
        return ContentMap(self.engage, np.float32(optimism) * self.index)

    def fill(self, content: Dense, factors: Factors, engaged: NDArray[np.bool_], promise: Dense) -> Factors:
        """The same factors, with the map's in the rows [n] that nobody engaged with; these are nobody's neighbours.

        Args:
            content: float32 [n, d], unit vectors.
            factors: of the n items.
            engaged: whether anybody engaged with each item.
            promise: float32 [n], what the map's index vectors are multiplied by, see `models.factors.unengaged_items`.
        """
        engage, index = factors.engage.copy(), factors.index.copy()
        engage[~engaged] = content[~engaged] @ self.engage
        index[~engaged] = promise[~engaged, None] * (content[~engaged] @ self.index)
        return Factors(engage, index, factors.neighbours.without(~engaged))


def _axes_of_users(gram: Gram, factors: Factors) -> tuple[Exact, Exact]:
    """(principal axes of the user embeddings as columns [r, r], spread along each [r], largest first)."""
    squares, axes = np.linalg.eigh(gram.within(factors.engage).astype(np.float64))
    return axes[:, ::-1], np.sqrt(np.maximum(squares[::-1], 0.0))


def _normal_equations(content: Dense, factors: Factors, known: NDArray[np.int64]) -> tuple[Exact, Exact, Exact]:
    """(C'C, C'engage, C'index) over the known rows, summed band by band in double precision."""
    likeness = np.zeros((content.shape[1], content.shape[1]))
    onto = np.zeros((content.shape[1], 2 * factors.engage.shape[1]))
    for start in range(0, len(known), BAND):
        rows = known[start : start + BAND]
        seen = content[rows].astype(np.float64)
        likeness += seen.T @ seen
        onto += seen.T @ np.hstack([factors.engage[rows], factors.index[rows]])
    onto_engage, onto_index = np.split(onto, 2, axis=1)
    return likeness, onto_engage, onto_index


def _solution(likeness: Exact, onto: Exact, penalties: Exact) -> Dense:
    """float32 [d, r]: column d solves (likeness + penalties[d] I) x = onto[:, d]."""
    values, basis = np.linalg.eigh(likeness)
    turned = (basis.T @ onto) / (np.maximum(values, 0.0)[:, None] + penalties)
    return np.ascontiguousarray(basis @ turned, dtype=np.float32)
