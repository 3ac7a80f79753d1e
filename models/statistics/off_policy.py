"""What another policy would have earned, from a log of which the propensities are known.

IPS (Horvitz, Thompson 1952), SNIPS (Swaminathan, Joachims 2015) and doubly robust (Dudik, Langford, Li 2011). Each is a
mean over records that belong to people, whose errors are taken over people.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from models.statistics.estimates import Estimate, Values, ratio_estimate

People = NDArray[np.int64]


def importance(target: Values, logged: Values, cap: float = np.inf) -> Values:
    """float64 [n]: how much more often the target policy does what the log shows.

    Args:
        target: float64 [n], chance that the target policy does it.
        logged: float64 [n], chance that the logging policy did it, above 0 (its propensity).
        cap: largest weight; below infinity the estimate is biased, and varies less.

    Raises:
        ValueError: a propensity is 0 or less, so that the record cannot have been logged.
    """
    if not (logged > 0).all():
        raise ValueError(f"{int((~(logged > 0)).sum()):,} records have no propensity above 0")
    return np.minimum(target / logged, cap)


def inverse_propensity(rewards: Values, weights: Values, people: People) -> Estimate:
    """IPS: the mean of weight times reward.

    Args:
        rewards: float64 [n].
        weights: float64 [n], by `importance`.
        people: int64 [n], whose each record is, numbered from 0.
    """
    return _mean_of_records(weights * rewards, people)


def self_normalized(rewards: Values, weights: Values, people: People) -> Estimate:
    """SNIPS: the mean reward under the weights; nan where all weights are 0."""
    return ratio_estimate(_sums(weights * rewards, people), _sums(weights, people))


def doubly_robust(rewards: Values, weights: Values, people: People, predicted: tuple[Values, Values]) -> Estimate:
    """DR: a model's prediction, corrected by what it missed; right where the model or the propensities are.

    Args:
        rewards: float64 [n].
        weights: float64 [n].
        people: int64 [n].
        predicted: float64 [n] each: of what was done, and the mean over what the target policy would do.
    """
    done, meant = predicted
    return _mean_of_records(meant + weights * (rewards - done), people)


def effective_size(weights: Values) -> float:
    """Kish's effective number of records: how many equally weighted ones would vary as little; 0 for none."""
    squares = float(np.square(weights).sum())
    return float(weights.sum()) ** 2 / squares if squares else 0.0


def _mean_of_records(values: Values, people: People) -> Estimate:
    return ratio_estimate(_sums(values, people), _sums(np.ones(len(values)), people))


def _sums(values: Values, people: People) -> Values:
    return np.bincount(people, weights=values).astype(np.float64)
