"""How one group fares against all others."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np
from scipy.special import ndtri

from models.statistics.estimates import Values
from models.statistics.resampling import LEVEL, percentile_interval

Verdict = Literal["met", "missed", "unclear", "unknown"]


@dataclass(frozen=True, slots=True)
class Disparity:
    """A ratio of a group's value to that of all others.

    Attributes:
        ratio: nan where it is not known.
        interval: float64 [2], by the bootstrap.
        wide: float64 [2]: holds for all comparisons of one audit together.
    """

    ratio: float
    interval: Values
    wide: Values

    def verdict(self, threshold: float, *, more_is_better: bool) -> Verdict:
        """Whether the group fares at least `threshold` times as well as the others.

        Met and missed are said only of what the data show: met, that the group's interval does not reach below; missed,
        that even the wide interval lies below, so that among many comparisons none is missed by chance alone.

        Args:
            threshold: between 0 and 1, declared beforehand.
            more_is_better: False for what is good to be rare, where at most 1 / threshold is allowed.
        """
        worse, wide = self.interval, self.wide
        if not more_is_better:
            with np.errstate(divide="ignore"):
                worse, wide = 1.0 / worse[::-1], 1.0 / wide[::-1]
        if np.isnan(worse).any() or np.isnan(wide).any():
            return "unknown"
        if worse[0] >= threshold:
            return "met"
        return "missed" if wide[1] < threshold else "unclear"


def disparity(group: Values, others: Values, ratio: float, comparisons: int) -> Disparity:
    """The ratio with its intervals.

    Args:
        group: float64 [resamples] of the group's value.
        others: float64 [resamples] of the value of all others.
        ratio: as observed.
        comparisons: how many ratios one audit judges (Bonferroni).
    """
    with np.errstate(divide="ignore", invalid="ignore"):
        drawn = np.where(others > 0, group / others, np.nan)
    logs = _logarithms(drawn[~np.isnan(drawn)])
    if len(logs) < 2:
        return Disparity(ratio, np.full(2, np.nan), np.full(2, np.nan))
    reach = float(ndtri(1.0 - (1.0 - LEVEL) / (2.0 * max(comparisons, 1)))) * logs.std(ddof=1)
    return Disparity(ratio, percentile_interval(drawn), np.exp(logs.mean() + np.array([-reach, reach])))


def _logarithms(drawn: Values) -> Values:
    """A resample in which the group has nothing counts as half of the least that another has."""
    positive = drawn[drawn > 0]
    return np.log(np.maximum(drawn, positive.min() / 2.0)) if len(positive) else np.empty(0)
