"""The probability that a draw of Thompson sampling is among the highest: a propensity, without drawing again.

Of n independent draws X_i from beta distributions the k highest are taken. That X_i is one of them means that it
exceeds a threshold, the k-th highest of the others, which varies little beside the X_i. It is taken as the t at which
sum P(X_i > t) = k, as where a sample of fixed size is treated as one of fixed expected size (Hajek 1964). P(X_i > t)
comes from Camp and Paulson's cube roots (Abramowitz and Stegun, 26.5.22). Against counted draws the error is at most
.04 (tests/models/test_inclusion.py).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final, TypeAlias

import numpy as np
from numpy.typing import NDArray
from scipy.special import ndtr

_HALVINGS: Final = 14

Numbers: TypeAlias = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class BetaDraws:
    """Draws from beta distributions, of which the highest are taken.

    Attributes:
        a: float64 [n], above 0.
        b: float64 [n], above 0; a + b should be above 6 for the approximation to be good.
        taken: how many are.
    """

    a: Numbers
    b: Numbers
    taken: int


def inclusion_probabilities(draws: Sequence[BetaDraws]) -> list[Numbers]:
    """For each set of draws, float64 [n]: the probability of each to be among the highest; all sets at once."""
    if not draws:
        return []
    shape = (len(draws), max(len(each.a) for each in draws))
    a, b, there = np.ones(shape), np.ones(shape), np.zeros(shape, np.bool_)
    for row, each in enumerate(draws):
        a[row, : len(each.a)], b[row, : len(each.a)], there[row, : len(each.a)] = each.a, each.b, True
    tails = _Tails(a, b, there)
    chances = tails.above(_thresholds(tails, np.array([each.taken for each in draws], np.float64)))
    return [
        np.ones(len(each.a)) if each.taken >= len(each.a) else chances[row, : len(each.a)]
        for row, each in enumerate(draws)
    ]


def _thresholds(tails: _Tails, taken: Numbers) -> Numbers:
    """Float64 [sets]: by halving, where as many are expected above as are taken."""
    low, high = np.zeros(len(taken)), np.ones(len(taken))
    for _ in range(_HALVINGS):
        middle = (low + high) / 2
        more = tails.above(middle).sum(axis=1) > taken
        low, high = np.where(more, middle, low), np.where(more, high, middle)
    return np.asarray((low + high) / 2)


class _Tails:
    """P(X > t) for beta distributions, arrays [sets, n]; 0 where there is none."""

    def __init__(self, a: Numbers, b: Numbers, there: NDArray[np.bool_]) -> None:
        root_a, root_b = np.cbrt(a), np.cbrt(b)
        self._there = there
        self._up, self._down = 3 * root_a * (1 - 1 / (9 * a)), 3 * root_b * (1 - 1 / (9 * b))
        self._in_a, self._in_b = root_a**2 / a, root_b**2 / b
        # y = (w1 (1 - 1/9b) - w2 (1 - 1/9a)) 3 / sqrt(w1^2 / b + w2^2 / a), w1 = cbrt(b t), w2 = cbrt(a (1 - t))

    def above(self, thresholds: Numbers) -> Numbers:
        """Float64 [sets, n], for one threshold a set."""
        low, high = np.cbrt(thresholds)[:, None], np.cbrt(1 - thresholds)[:, None]
        y = (self._up * high - self._down * low) / np.sqrt(self._in_b * low**2 + self._in_a * high**2)
        return np.asarray(ndtr(y) * self._there)
