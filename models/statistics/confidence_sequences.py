"""Intervals that hold at every look, however often one looks and whenever one stops.

Asymptotic confidence sequences (Waudby-Smith, Arbour, Sinha, Kennedy, Ramdas 2024, "Time-uniform central limit theory
and asymptotic confidence sequences", Annals of Statistics 52, theorem 2.2): Robbins' normal mixture around an estimate
that is approximately normal. They need a finite variance and no bound on the values. The boundary is that of the
mixture sequential probability ratio test (Johari, Koomen, Pekelis, Walsh 2017), in units of the standard error:

    boundary(t) = sqrt( (t rho^2 + 1) / (t rho^2) * 2 log( sqrt(t rho^2 + 1) / alpha ) )

t is a clock: how many observations there are. Where people come back it counts days of people and not people. What one
person does on two days is alike, so the errors at two looks s < t correlate by sqrt(s / t) or more, and what correlates
more crosses a boundary less often (Slepian 1962): such a clock errs on the safe side, while a count of people stands
still and the errors move on.
"""

from __future__ import annotations

from typing import Final

import numpy as np
from numpy.typing import NDArray

from models.statistics.estimates import Estimate, Values

ALPHA: Final = 0.05
MINIMUM_PEOPLE: Final = 100
"""People of a variant below whom nothing is said: the normal approximation must have set in."""


def boundary(clock: NDArray[np.float64] | float, best_at: float, alpha: float = ALPHA) -> Values:
    """float64: how many standard errors the interval reaches to either side; infinite at clock 0.

    Args:
        clock: observations so far, of any shape.
        best_at: the clock at which the interval is to be narrowest; it holds at every other, too.
        alpha: chance that it ever excludes the truth.
    """
    seen = np.asarray(clock, dtype=np.float64) * _mixture(best_at, alpha)
    with np.errstate(divide="ignore"):
        return np.asarray(np.sqrt((1.0 + 1.0 / seen) * (np.log1p(seen) - 2.0 * np.log(alpha))))


def always_valid_interval(
    estimate: Estimate, clock: NDArray[np.float64] | float, best_at: float, alpha: float = ALPHA
) -> Values:
    """float64 [2, ...]: lower and upper end; nan where the estimate is."""
    reach = boundary(clock, best_at, alpha) * estimate.standard_error
    return np.stack([estimate.value - reach, estimate.value + reach])


def always_valid_p(estimate: Estimate, clock: NDArray[np.float64] | float, best_at: float) -> Values:
    """float64: chance, were the truth 0, that a look ever finds what this one finds.

    It is below `ALPHA` where the interval at that level excludes 0.
    """
    seen = np.asarray(clock, dtype=np.float64) * _mixture(best_at, ALPHA)
    with np.errstate(divide="ignore", invalid="ignore"):
        squared = np.square(estimate.value) / estimate.variance
    return np.asarray(np.minimum(1.0, np.sqrt(1.0 + seen) * np.exp(-0.5 * squared * seen / (1.0 + seen))))


def _mixture(best_at: float, alpha: float) -> float:
    """rho^2, by appendix B.2 of the paper."""
    return float((-2.0 * np.log(alpha) + np.log(-2.0 * np.log(alpha)) + 1.0) / best_at)
