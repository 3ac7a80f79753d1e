"""The three alerts on figures by day: each against its own past, by the same weekdays (models/statistics)."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import Final

import numpy as np

from app.alerts.daily import DailyFigures
from app.alerts.finding import NOTHING_KNOWN, Finding
from app.alerts.settings import AlertName, DriftSettings
from models.statistics.change_detection import Baseline, Harm, Series, episodes, standardized

_RECENT: Final = 7
"""Days whose mean is told."""


@dataclass(frozen=True, slots=True)
class Drift:
    """One of the three.

    Attributes:
        name: of the alert.
        figure: that it watches.
        said: the figure in words.
        harm: what is looked for.
    """

    name: AlertName
    figure: str
    said: str
    harm: Harm


def drifts(settings: DriftSettings) -> tuple[Drift, ...]:
    """All three."""
    people, slots = settings.least_people, settings.least_slots
    return (
        Drift("diversity_falls", "diversity", "diversity of topics", Harm(False, settings.diversity_fall, people)),
        Drift(
            "negative_feedback_rises",
            "negative_feedback",
            "share of negative feedback",
            Harm(True, settings.negative_feedback_rise, slots),
        ),
        Drift(
            "opt_outs_rise",
            "opt_outs",
            "share of people who opted out",
            Harm(True, settings.opt_out_rise, people),
        ),
    )


def drift_findings(figures: DailyFigures, today: date, settings: DriftSettings) -> Iterator[Finding]:
    """What the days up to yesterday say."""
    baseline = Baseline(days=settings.baseline_days, lag_days=settings.lag_days)
    for drift in drifts(settings):
        first, series = figures.series(drift.figure, today)
        yield finding(drift, series, first, (baseline, settings.days_to_false_alarm))


def finding(drift: Drift, series: Series, first: date, test: tuple[Baseline, float]) -> Finding:
    """What one series says.

    Args:
        drift: which.
        series: by day.
        first: its first day.
        test: the baseline, and the mean time to a false alarm in days.
    """
    baseline, days = test
    z = standardized(series, drift.harm, baseline)
    if not np.isfinite(z[-_RECENT:]).any():
        wanted = f"{baseline.least_days} days of {drift.harm.least_count:g} or more, and one to judge"
        return Finding(drift.name, None, f"The {drift.said}: {NOTHING_KNOWN} (wanted: {wanted}).")
    found = episodes(z, days)
    now, before = _means(series, baseline, drift.harm.least_count)
    firing = bool(found) and found[-1].end is None
    direction = "rises" if drift.harm.rise else "falls"
    spans = f"the {baseline.days} days that end {baseline.lag_days} days ago"
    said = f"{now:.4g} over the last {_RECENT} days, {before:.4g} in {spans}"
    message = f"The {drift.said} {direction if firing else 'is as usual'}: {said}."
    began = datetime.combine(first + timedelta(days=found[-1].onset), time.min, UTC) if firing else None
    return Finding(drift.name, firing, message, now, before, began)


def _means(series: Series, baseline: Baseline, least: float) -> tuple[float, float]:
    counts = np.where(np.isfinite(series.values) & (series.counts >= least), series.counts, 0.0)
    values = np.where(counts > 0, series.values, 0.0)
    end = len(values) - baseline.lag_days
    spans = (slice(len(values) - _RECENT, None), slice(max(0, end - baseline.days), end))
    now, before = (float((counts[span] @ values[span]) / max(counts[span].sum(), 1.0)) for span in spans)
    return now, before
