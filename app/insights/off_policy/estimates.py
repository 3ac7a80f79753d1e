"""Estimates of a policy's value from records, and how sure they are."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from app.insights.off_policy.records import Records, Values
from models.statistics import (
    MINIMUM_PEOPLE,
    Estimate,
    doubly_robust,
    effective_size,
    importance,
    inverse_propensity,
    self_normalized,
)
from models.topic_draws import DrawSettings, TopicDraws, drawn_again, priors, set_probabilities

SAYS: Final = {
    "engaged": ("Items with a positive event, by answer", True),
    "explored": ("Of these, items of exploration", True),
    "clicked": ("Items clicked, by answer", True),
    "opposed": ("Items with a negative event, by answer", False),
}
LEAST_EFFECTIVE_SHARE: Final = 0.1
"""Of the records, below which a warning is given."""
_LEAST_CAP: Final = 10.0
_DRAWS: Final = 8
"""Draws of the target by which the model's mean is taken; any number is right on average."""
_REACH: Final = 1.959964
_DIGITS: Final = 6


@dataclass(frozen=True, slots=True)
class Weighed:
    """What a target's estimates rest on.

    Attributes:
        raw: float64 [n], how much more often the target draws what was drawn.
        weights: the same, none above the cap.
        cap: sqrt(n), at least 10 (Ionides 2008: the bias that it brings vanishes as n grows).
        done: float64 [n, features], of what was drawn.
        meant: float64 [n, features], mean over what the target draws.
    """

    raw: Values
    weights: Values
    cap: float
    done: Values
    meant: Values


def weighed(records: Records, logged: Mapping[str, DrawSettings], target: DrawSettings) -> Weighed:
    """Weights of records under a target.

    Args:
        records: n of them.
        logged: policy -> how it draws, of each policy that there is a record of.
        target: how the policy that is estimated draws.
    """
    raw = np.empty(len(records))
    done, meant = np.empty((len(records), _FEATURES)), np.zeros((len(records), _FEATURES))
    random = np.random.default_rng(0)
    for place, draws in records.batches():
        probabilities, policies = np.empty(len(draws)), records.policies[place]
        for policy in np.unique(policies):
            own = policies == policy
            probabilities[own] = set_probabilities(draws.take(own), logged[str(policy)])
        raw[place] = set_probabilities(draws, target) / probabilities
        done[place] = _features(draws, draws.drawn)
        for _ in range(_DRAWS):
            meant[place] += _features(draws, drawn_again(draws, target, random)) / _DRAWS
    cap = max(_LEAST_CAP, math.sqrt(len(records)))
    return Weighed(raw, importance(raw, np.ones(len(raw)), cap), cap, done, meant)


def estimated(records: Records, found: Weighed) -> dict[str, Any]:
    """All estimates, JSON-ready; null is what is not known."""
    effective = effective_size(found.weights)
    mean = inverse_propensity(np.ones(len(records)), found.raw, records.people)
    enough = effective >= MINIMUM_PEOPLE
    return {
        "answers": len(records),
        "people": int(records.people.max(initial=-1)) + 1,
        "effective_answers": round(effective, 1),
        "weights": {
            **_told(mean),
            "largest": _number(found.raw.max(initial=0.0)),
            "cap": round(found.cap, 1),
            "capped": int((found.raw > found.cap).sum()),
        },
        "warnings": _warnings(len(records), effective, mean),
        "rewards": [_reward(name, records, found, enough=enough) for name in SAYS],
    }


def _reward(name: str, records: Records, found: Weighed, *, enough: bool) -> dict[str, Any]:
    rewards, people = records.rewards[name], records.people
    says, more_is_better = SAYS[name]
    served = inverse_propensity(rewards, np.ones(len(rewards)), people)
    told = {"reward": name, "says": says, "more_is_better": more_is_better, "served": _told(served)}
    if not enough:
        return told | dict.fromkeys(("ips", "snips", "doubly_robust", "difference")) | {"verdict": "too few answers"}
    predicted = _predicted(found, rewards, people)
    robust = doubly_robust(rewards, found.weights, people, predicted)
    changed = (predicted[0], predicted[1] - rewards)
    gap = doubly_robust(rewards, found.weights, people, changed)
    reach = _REACH * float(gap.standard_error)
    apart = "higher" if gap.value > reach else "lower" if gap.value < -reach else "not told apart"
    return told | {
        "ips": _told(inverse_propensity(rewards, found.weights, people)),
        "snips": _told(self_normalized(rewards, found.weights, people)),
        "doubly_robust": _told(robust),
        "difference": _told(gap),
        "verdict": apart,
    }


def _warnings(records: int, effective: float, mean: Estimate) -> list[str]:
    if effective < MINIMUM_PEOPLE:
        least = f"{MINIMUM_PEOPLE:,} effective answers are needed, and these are {effective:,.0f}"
        return [f"too few answers tell of this policy: {least}"]
    low = effective < LEAST_EFFECTIVE_SHARE * records
    off = abs(float(mean.value) - 1) > _REACH * float(mean.standard_error)
    share = f"{effective / max(records, 1):.0%} of the answers"
    return [
        *([f"few answers decide: they count as {effective:,.0f}, {share}; draws differ much"] if low else []),
        *(
            [f"the weights average {mean.value:.2f} and not 1: much of what it would draw was never drawn"]
            if off
            else []
        ),
    ]


_FEATURES: Final = 6


def _features(draws: TopicDraws, drawn: NDArray[np.bool_]) -> Values:
    """float64 [n, features]: 1, and sums over drawn topics of what is known of each."""
    prior = np.where(draws.levels > 0, priors(np.maximum(draws.levels, 1)), 0.0)
    columns = (prior, np.square(prior), draws.successes, draws.failures, np.log1p(draws.ignored))
    return np.column_stack([np.ones(len(draws)), *((each * drawn).sum(axis=1) for each in columns)])


def _predicted(found: Weighed, rewards: Values, people: NDArray[np.int64]) -> tuple[Values, Values]:
    """A linear model of the reward: of what was drawn, and its mean over what the target draws.

    Each half of the people is predicted by a model of the other half, so that no reward predicts itself.
    """
    done, meant = np.empty(len(rewards)), np.empty(len(rewards))
    half = people % 2 == 0
    for own in (half, ~half):
        model = np.linalg.lstsq(found.done[~own], rewards[~own], rcond=1e-6)[0] if (~own).any() else np.zeros(_FEATURES)
        done[own], meant[own] = found.done[own] @ model, found.meant[own] @ model
    return done, meant


def _told(estimate: Estimate) -> dict[str, Any]:
    reach = _REACH * estimate.standard_error
    ends = [_number(estimate.value - reach), _number(estimate.value + reach)]
    return {"value": _number(estimate.value), "interval": ends}


def _number(value: Any) -> float | None:
    return round(float(value), _DIGITS) if math.isfinite(value) else None
