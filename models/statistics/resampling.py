"""Bootstrap intervals of shares over people, and what to say where resampling has nothing to vary."""

from __future__ import annotations

from typing import Final

import numpy as np

from models.metrics.intervals import resampled_means
from models.statistics.estimates import Values

LEVEL: Final = 0.95


def resampled_shares(numerators: Values, denominators: Values, seed: int, resamples: int = 1000) -> Values:
    """float64 [resamples]: the ratio of both sums in each resample of the people; nan where there is nothing below.

    People are drawn whole, with all that they did. Where it is 0 for everybody, or 1, every resample says the same,
    however few people there are. Then shares are drawn from the posterior of a uniform prior, as if each had told yes
    or no once: of fifty people of whom none did it, up to 7 % may.

    Args:
        numerators: float64 [people], between 0 and the denominator.
        denominators: float64 [people]; whose is 0 tells nothing.
        seed: of the resamples; equal seeds and numbers of people draw the same people.
        resamples: how many.
    """
    told = denominators > 0
    people, everything = int(told.sum()), float(denominators.sum())
    if not people:
        return np.full(resamples, np.nan)
    share = float(numerators.sum()) / everything
    if share in {0.0, 1.0}:
        drawn = np.random.default_rng(seed).beta(share * people + 1.0, (1.0 - share) * people + 1.0, resamples)
        return np.asarray(drawn)
    means = resampled_means(np.column_stack([numerators, denominators])[told], seed, resamples)
    with np.errstate(divide="ignore", invalid="ignore"):
        return np.asarray(means[:, 0] / means[:, 1])


def percentile_interval(resampled: Values, level: float = LEVEL) -> Values:
    """float64 [2]: what lies between the two tails of the known resamples; nan where none is known."""
    known = resampled[~np.isnan(resampled)]
    tail = (1.0 - level) / 2.0
    return np.asarray(np.quantile(known, [tail, 1.0 - tail])) if len(known) else np.full(2, np.nan)
