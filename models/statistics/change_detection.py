"""When a daily figure has changed for the worse: each day against its own weekday, and evidence added up over days.

Each day is compared with the same weekdays of a baseline that ended two weeks before, so that a change that began
since is not part of what it is compared with. With y the figure (rates as arcsin sqrt, Anscombe 1948), n what it was
counted over and mu the weighted mean of the baseline's same weekdays, the residual variance of one unit is phi (a
quasi-binomial dispersion), and

    z = (y - worse(mu)) / sqrt( phi * (1 / n + 1 / n of those weekdays) )

where worse(mu) is the baseline made worse by the change that nobody minds. Evidence is a bet on z, worth 1 on average
as long as nothing has changed: L = exp(lambda z) / E exp(lambda T), T of Student's distribution, z cut off at CAP so
that no single day decides. The bets are added up by the Shiryaev-Roberts e-detector, over several lambda at once:

    R(day) = (R(day - 1) + 1) * L(day)        change where the mean over lambda of R reaches `days`

By Shin, Ramdas, Rinaldo 2024 ("E-detectors", theorem 2.4) the mean time to a false alarm is then at least `days`,
whatever the distribution, as long as each bet is worth no more than 1 given the days before.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cache
from typing import Final

import numpy as np
from numpy.typing import NDArray
from scipy.special import gammaln, stdtr

from models.config import Config

Floats = NDArray[np.float64]

WEEK: Final = 7
BETS: Final = (0.5, 1.0, 1.5)
"""Lambdas: the size of a change, in standard errors of a day, that each is best at."""
CAP: Final = 3.5
_FREEDOM: Final = 21
"""Degrees of freedom of a baseline of four weeks, the shortest; a longer one has lighter tails."""
_RATE_DISPERSION: Final = 0.25
"""Variance of arcsin sqrt of a share of one: a rate cannot vary less from day to day."""
_RELATIVE_ERROR: Final = 1e-3
"""A mean that has never varied is taken to vary by so much of itself."""


class Baseline(Config):
    """What a day is compared with."""

    days: int = 56
    """Length of the baseline, days; whole weeks."""

    lag_days: int = 14
    """Days between the baseline's end and the day that is judged."""

    least_days: int = 28
    """Days of the baseline that must count before anything is judged."""


DEFAULT_BASELINE: Final = Baseline()


@dataclass(frozen=True, slots=True)
class Series:
    """A figure by day; days without gaps, which weekday the first is does not matter.

    Attributes:
        values: float64 [..., days]; nan where there is none.
        counts: float64 [..., days], what each was counted over: people, slots or answers.
        rate: whether it is a share of `counts`, or else a mean over them.
    """

    values: Floats
    counts: Floats
    rate: bool


@dataclass(frozen=True, slots=True)
class Harm:
    """What is looked for.

    Attributes:
        rise: whether more is worse, or else less.
        tolerated: relative change against the baseline that nobody minds.
        least_count: what a day must have been counted over to be judged, and to be part of a baseline.
    """

    rise: bool
    tolerated: float
    least_count: float


@dataclass(frozen=True, slots=True)
class Episode:
    """A change.

    Attributes:
        onset: position of the day on which it began, most likely (Page 1954, for a change of one standard error).
        start: position of the day at whose end it was told.
        end: position of the day at whose end it was over; None while it lasts.
    """

    onset: int
    start: int
    end: int | None


def standardized(series: Series, harm: Harm, baseline: Baseline = DEFAULT_BASELINE) -> Floats:
    """float64 [..., days]: z of every day, positive where it is worse; nan where it cannot be judged."""
    counted = np.isfinite(series.values) & (series.counts >= harm.least_count)
    counts = np.where(counted, series.counts, 0.0)
    y = np.where(counted, _stabilized(series.values, series.counts, series.rate), 0.0)
    z = np.full(y.shape, np.nan)
    for day in range(baseline.lag_days + WEEK, y.shape[-1]):
        window = slice(max(0, day - baseline.lag_days - baseline.days), day - baseline.lag_days)
        expected, error, known = _expected(y[..., window], counts[..., window], day - window.start, series.rate)
        worse = _worse(expected, series.rate, harm)
        with np.errstate(divide="ignore", invalid="ignore"):
            own = np.square(error) * (1.0 + counts[..., day] / known.weight) / counts[..., day]
            judged = (y[..., day] - worse) / np.sqrt(own) * (1.0 if harm.rise else -1.0)
        enough = (known.days >= baseline.least_days) & (known.same >= 3) & counted[..., day]
        z[..., day] = np.where(enough, judged, np.nan)
    return z


@dataclass(frozen=True, slots=True)
class _Known:
    """How much of a baseline counts: days, days of the same weekday, and the weight of these."""

    days: NDArray[np.int64]
    same: NDArray[np.int64]
    weight: Floats


def _expected(y: Floats, counts: Floats, ahead: int, rate: bool) -> tuple[Floats, Floats, _Known]:
    """(mean of the same weekdays, standard deviation of one unit, how much of the baseline counts).

    Args:
        y: float64 [..., days of the baseline].
        counts: likewise, 0 where a day does not count.
        ahead: how many days after the baseline's first day is the one that is judged.
        rate: whether y is of a rate.
    """
    weekday = np.arange(y.shape[-1]) % WEEK
    of_weekday = (weekday[:, None] == np.arange(WEEK)).astype(np.float64)
    weights = counts @ of_weekday
    with np.errstate(divide="ignore", invalid="ignore"):
        means = np.where(weights > 0, (counts * y) @ of_weekday / weights, 0.0)
    days = (counts > 0).sum(axis=-1)
    freedom = np.maximum(days - ((weights > 0).sum(axis=-1)), 1)
    dispersion = (counts * np.square(y - means[..., weekday])).sum(axis=-1) / freedom
    same, mean_count = ahead % WEEK, counts.sum(axis=-1) / np.maximum(days, 1)
    floor = _RATE_DISPERSION if rate else np.square(_RELATIVE_ERROR * means[..., same]) * mean_count
    known = _Known(days, ((counts > 0) & (weekday == same)).sum(axis=-1), weights[..., same])
    return means[..., same], np.sqrt(np.maximum(dispersion, floor)), known


def _stabilized(values: Floats, counts: Floats, rate: bool) -> Floats:
    if not rate:
        return values
    with np.errstate(invalid="ignore"):
        return np.asarray(np.arcsin(np.sqrt(np.clip((values * counts + 0.375) / (counts + 0.75), 0.0, 1.0))))


def _worse(expected: Floats, rate: bool, harm: Harm) -> Floats:
    factor = 1.0 + (harm.tolerated if harm.rise else -harm.tolerated)
    if not rate:
        return np.asarray(expected + np.abs(expected) * (factor - 1.0))
    share = np.square(np.sin(np.clip(expected, 0.0, np.pi / 2)))
    return np.asarray(np.arcsin(np.sqrt(np.clip(factor * share, 0.0, 1.0))))


def evidence(z: Floats, before: Floats) -> Floats:
    """float64 [..., bets]: the detectors after one more day.

    Args:
        z: float64 [...], of the day; nan leaves the detectors as they were.
        before: float64 [..., bets], after the day before.
    """
    bets = np.array(BETS)
    won = np.exp(bets * np.minimum(z, CAP)[..., None]) / np.array([_worth(each) for each in BETS])
    return np.where(np.isnan(z)[..., None], before, (before + 1.0) * won)


@cache
def _worth(bet: float) -> float:
    """E exp(bet * min(T, CAP)), T of Student's distribution."""
    grid = np.linspace(-40.0, CAP, 40_001)
    below = np.trapezoid(np.exp(bet * grid) * _student_density(grid), grid)
    return float(below + np.exp(bet * CAP) * stdtr(_FREEDOM, -CAP))


def episodes(z: Sequence[float] | Floats, days: float, calm: int = WEEK) -> list[Episode]:
    """Every change of one series.

    Args:
        z: of every day, as `standardized` gives it.
        days: mean time to a false alarm, at least.
        calm: judged days over which the figure must be back before a change is over: their mean z is below what
            chance makes of 1.
    """
    found: list[Episode] = []
    detectors, since, onset, recent = np.zeros(len(BETS)), 0.0, 0, list[float]()
    for day, each in enumerate(np.asarray(z, dtype=np.float64)):
        if np.isnan(each):
            continue
        if found and found[-1].end is None:
            recent = [*recent, float(each)][-calm:]
            if len(recent) == calm and sum(recent) < np.sqrt(calm):
                found[-1] = replace(found[-1], end=day)
                detectors, since, onset = np.zeros(len(BETS)), 0.0, day + 1
            continue
        detectors = evidence(np.asarray(each), detectors)
        since = max(0.0, since + min(float(each), CAP) - 0.5)
        onset = onset if since else day + 1
        if detectors.mean() >= days:
            found.append(Episode(min(onset, day), day, None))
            recent = []
    return found


def _student_density(values: NDArray[np.float64]) -> NDArray[np.float64]:
    """Of Student's t; scipy.stats has it, and takes 45 MB that a service need not hold."""
    half = (_FREEDOM + 1) / 2
    scale = np.exp(gammaln(half) - gammaln(_FREEDOM / 2)) / np.sqrt(_FREEDOM * np.pi)
    return np.asarray(scale * (1 + np.square(values) / _FREEDOM) ** -half)
