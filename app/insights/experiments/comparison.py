"""What came of an experiment: lift of every variant over the control, with intervals that hold at every look."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from app.insights.experiments.enough import missing, number
from app.insights.experiments.experiment import Experiment
from app.insights.experiments.experiments import told
from app.insights.experiments.exposure import Exposed
from app.insights.experiments.measures import COMPARED, Compared
from models.statistics import (
    Effect,
    Estimate,
    always_valid_interval,
    always_valid_p,
    difference,
    log_ratio,
    people_needed,
    ratio_estimate,
    sample_ratio_p,
)

Values = NDArray[np.float64]
Sums = Mapping[str, tuple[Values, Values]]

MISMATCH: Final = 0.01
"""Below this chance the people of the variants are not as they were declared, and nothing is to be believed."""
LIFTS: Final = (0.01, 0.02, 0.05, 0.1, 0.2)
_ALPHA: Final = 0.05
_DIGITS: Final = 6


@dataclass(frozen=True, slots=True)
class Looked:
    """One look at an experiment.

    Attributes:
        experiment: which.
        exposed: its people.
        sums: measure -> numerators and denominators.
    """

    experiment: Experiment
    exposed: Exposed
    sums: Sums


def compared(look: Looked) -> dict[str, Any]:
    """The comparison, JSON-ready; null is what is not known yet."""
    variants, exposed = look.experiment.variants, look.exposed
    counts = exposed.counts(len(variants))
    matched = sample_ratio_p(counts, np.array([each.share for each in variants])) if counts.sum() else 1.0
    return {
        "experiment": told(look.experiment),
        "until": exposed.end.isoformat(),
        "people": {variant.name: int(count) for variant, count in zip(variants, counts, strict=True)},
        "crossed": sum(exposed.crossed.values()),
        "crossed_by": dict(exposed.crossed),
        "sample_ratio": {
            "p": round(matched, _DIGITS),
            "mismatch": matched < MISMATCH,
            "shares": {each.name: each.share for each in variants},
        },
        "level": 1.0 - _ALPHA,
        "measures": [_measure(each, look, primary=each is COMPARED[0]) for each in COMPARED],
    }


def _measure(measure: Compared, look: Looked, *, primary: bool) -> dict[str, Any]:
    estimates = [_estimate(look, measure.name, place) for place in range(len(look.experiment.variants))]
    control, others = estimates[0], estimates[1:]
    alpha = _ALPHA / len(others)
    return {
        "measure": measure.name,
        "says": measure.says,
        "more_is_better": measure.more_is_better,
        "primary": primary,
        "variants": [
            _told(variant.name, estimate) | (_against(estimate, control, look, alpha) if place else {})
            for place, (variant, estimate) in enumerate(zip(look.experiment.variants, estimates, strict=True))
        ],
    }


@dataclass(frozen=True, slots=True)
class _Of:
    """A variant's estimate: people who tell anything, how many more are needed, and days of people."""

    estimate: Estimate
    people: int
    missing: int
    days: float


def _estimate(look: Looked, name: str, place: int) -> _Of:
    numerators, denominators = look.sums[name]
    told_of = (look.exposed.variants == place) & (denominators > 0)
    above, below = numerators[told_of], denominators[told_of]
    if not len(above):
        return _Of(Estimate(np.array(np.nan), np.array(np.nan)), 0, missing(above), 0.0)
    days = float(look.exposed.days[told_of].sum())
    return _Of(ratio_estimate(above, below), len(above), missing(above / below), days)


def _told(name: str, of: _Of) -> dict[str, Any]:
    return {"variant": name, "people": of.people, "value": number(of.estimate.value)}


def _against(treated: _Of, control: _Of, look: Looked, alpha: float) -> dict[str, Any]:
    if treated.missing or control.missing:
        empty = dict.fromkeys(("lift", "lift_interval", "difference", "difference_interval", "p"))
        return empty | {
            "says": "too few people",
            "people_missing": treated.missing,
            "control_people_missing": control.missing,
        }
    clock, best_at = treated.days + control.days, look.experiment.best_at
    ratio, gap = log_ratio(treated.estimate, control.estimate), difference(treated.estimate, control.estimate)
    lifts, gaps = (always_valid_interval(each, clock, best_at, alpha) for each in (ratio, gap))
    p = min(1.0, float(always_valid_p(ratio, clock, best_at)) * _ALPHA / alpha)
    return {
        "lift": number(np.expm1(ratio.value)),
        "lift_interval": [number(each) for each in np.expm1(lifts)],
        "difference": number(gap.value),
        "difference_interval": [number(each) for each in gaps],
        "p": number(np.array(p)),
        "says": "higher" if lifts[0] > 0 else "lower" if lifts[1] < 0 else "not told apart",
    }


@dataclass(frozen=True, slots=True)
class Wanted:
    """What an experiment is to find.

    Attributes:
        lifts: relative, above 0.
        power: chance of finding one that is there.
        alpha: chance of finding one that is not.
    """

    lifts: Sequence[float] = LIFTS
    power: float = 0.8
    alpha: float = _ALPHA


USUAL: Final = Wanted()


def planned(experiment: Experiment, sums: Sums, wanted: Wanted = USUAL) -> list[dict[str, Any]]:
    """People that each measure needs for some lifts, of the control and the variant with the smallest share together.

    With several variants each has its part of alpha, as in the comparison.

    Args:
        experiment: what is planned.
        sums: measure -> what people did in as long a time as the experiment is to run, whoever they are.
        wanted: what is to be found.
    """
    share = min(each.share for each in experiment.variants[1:])
    of_both = share / (share + experiment.variants[0].share)
    alpha = wanted.alpha / (len(experiment.variants) - 1)
    return [_needed(each, sums[each.name], of_both, replace(wanted, alpha=alpha)) for each in COMPARED]


def _needed(measure: Compared, sums: tuple[Values, Values], share: float, wanted: Wanted) -> dict[str, Any]:
    told_of = sums[1] > 0
    above, below = sums[0][told_of], sums[1][told_of]
    estimate = ratio_estimate(above, below)
    baseline = float(estimate.value) if len(above) else math.nan
    known = not missing(above / below) and baseline > 0
    deviation = float(estimate.standard_error) * math.sqrt(len(above)) if known else math.nan
    lifts = wanted.lifts if known else ()
    effects = [Effect(baseline, deviation, lift, wanted.power) for lift in lifts]
    return {
        "measure": measure.name,
        "baseline": number(np.array(baseline)),
        "people_now": len(above),
        "people_needed": {f"{effect.lift:g}": people_needed(effect, share, wanted.alpha) for effect in effects},
    }
