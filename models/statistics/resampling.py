"""Bootstrap intervals of shares over people, and what to say where resampling has nothing to vary."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
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
    drawn = resampled_sums(np.column_stack([numerators, denominators]), [seed], resamples)
    observed = Observed(float(numerators.sum()), float(denominators.sum()), int((denominators > 0).sum()))
    return drawn_shares(drawn[:, 0], drawn[:, 1], observed, [seed])


@dataclass(frozen=True, slots=True)
class Observed:
    """What a group did.

    Attributes:
        numerator: its total.
        denominator: its total.
        people: how many have a denominator.
    """

    numerator: float
    denominator: float
    people: int

    @property
    def share(self) -> float:
        """Numerator by denominator; nan where there is nothing below."""
        return self.numerator / self.denominator if self.denominator else float("nan")


def resampled_sums(values: Values, seed: Sequence[int], resamples: int) -> Values:
    """float64 [resamples, m]: the m sums over people in each resample, each as large as the group.

    Args:
        values: float64 [people, m].
        seed: of the resamples; groups that are compared have seeds of their own.
        resamples: how many.
    """
    if not len(values):
        return np.zeros((resamples, values.shape[1]))
    return resampled_means(values, seed, resamples) * len(values)


def drawn_shares(numerators: Values, denominators: Values, observed: Observed, seed: Sequence[int]) -> Values:
    """float64 [resamples]: shares of resampled sums, or draws as told above where it is 0 for everybody, or 1.

    Args:
        numerators: float64 [resamples].
        denominators: float64 [resamples].
        observed: of the people who were resampled.
        seed: of the draws.
    """
    share, people = observed.share, observed.people
    if share in {0.0, 1.0}:
        random = np.random.default_rng(seed)
        return random.beta(share * people + 1.0, (1.0 - share) * people + 1.0, len(numerators))
    with np.errstate(divide="ignore", invalid="ignore"):
        return np.where(denominators > 0, numerators / denominators, np.nan)


def percentile_interval(resampled: Values, level: float = LEVEL) -> Values:
    """float64 [2]: what lies between the two tails of the known resamples; nan where none is known."""
    known = resampled[~np.isnan(resampled)]
    tail = (1.0 - level) / 2.0
    return np.asarray(np.quantile(known, [tail, 1.0 - tail])) if len(known) else np.full(2, np.nan)
