"""A trial: one thing goes wrong in a made-up world, and the alerts look at it day by day."""

from __future__ import annotations

import tempfile
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

import numpy as np

from app.alerts.daily import DailyFigures
from app.alerts.drift import drifts
from app.alerts.rules import rule_findings
from app.alerts.settings import AlertName, AlertSettings
from models.statistics.change_detection import Baseline, episodes, standardized
from scripts.simulation.operations import Operations, OperationsFault
from scripts.simulation.world import BEGAN, Fault, World

EXPECTED: Mapping[Fault | OperationsFault, tuple[AlertName, ...]] = {
    Fault.NONE: (),
    Fault.NARROW: ("diversity_falls",),
    Fault.DEAF: ("negative_feedback_rises",),
    Fault.LEAVING: ("opt_outs_rise",),
    OperationsFault.FLOORS: ("floors_missed",),
    OperationsFault.RECALL: ("recall_low",),
    OperationsFault.BUILDS: ("rebuild_failing", "snapshot_stale"),
    OperationsFault.ROWS: ("rejects_rising",),
    OperationsFault.AUDIT: ("audit_overdue",),
}
"""What must fire."""
CONSEQUENCES: Mapping[Fault | OperationsFault, frozenset[AlertName]] = {
    Fault.NARROW: frozenset({"negative_feedback_rises"}),
    Fault.DEAF: frozenset({"diversity_falls"}),
}
"""What may fire too, since it does change: who is shown less of all tires of it."""


@dataclass(frozen=True, slots=True)
class Trial:
    """What became of one.

    Attributes:
        fault: what went wrong.
        fault_day: since when.
        fired: alert -> days on which it began to fire.
        judged_days: days that could be judged while nothing was wrong, of the figures by day.
    """

    fault: Fault | OperationsFault
    fault_day: int
    fired: Mapping[AlertName, list[int]]
    judged_days: int

    def delay(self, name: AlertName) -> int | None:
        """Days from the fault to the alert, 1 for the evening of the same day; None where it did not fire."""
        after = [day for day in self.fired.get(name, ()) if day >= self.fault_day]
        return after[0] - self.fault_day + 1 if after else None

    @property
    def false_alarms(self) -> list[AlertName]:
        """Alerts for nothing: before the fault, or about something else."""
        allowed = {*EXPECTED[self.fault], *CONSEQUENCES.get(self.fault, ())}
        return [
            name for name, days in self.fired.items() for day in days if day < self.fault_day or name not in allowed
        ]

    @property
    def missed(self) -> list[AlertName]:
        """Alerts that should have fired and did not."""
        return [name for name in EXPECTED[self.fault] if self.delay(name) is None]


@dataclass(frozen=True, slots=True)
class Drifts:
    """What the alerts on figures by day made of one world: when each fired, and how many days they could judge."""

    fired: Mapping[AlertName, list[int]]
    judged_days: int


def drifts_in(world: World, settings: AlertSettings) -> Drifts:
    """Let a world live, and look at its figures day by day."""
    today = (BEGAN + timedelta(days=world.days)).date()
    with tempfile.TemporaryDirectory() as folder, world.live() as connection:
        figures = DailyFigures(Path(folder))
        figures.read(connection, today)
    baseline = Baseline(days=settings.drift.baseline_days, lag_days=settings.drift.lag_days)
    fired: dict[AlertName, list[int]] = {}
    judged = 0
    for drift in drifts(settings.drift):
        first, series = figures.series(drift.figure, today)
        z, skipped = standardized(series, drift.harm, baseline), (first - BEGAN.date()).days
        judged += int(np.isfinite(z[: max(0, world.fault_day - skipped)]).sum())
        fired[drift.name] = [each.start + skipped for each in episodes(z, settings.drift.days_to_false_alarm)]
    return Drifts(fired, judged)


def trial_of(world: World, drifted: Drifts, operations: Operations, settings: AlertSettings) -> Trial:
    """What all alerts make of a world and of those who run it."""
    fault = operations.fault or world.fault
    fired = dict(drifted.fired) | _rules(operations, world.days, settings)
    return Trial(fault, world.days if fault is Fault.NONE else world.fault_day, fired, drifted.judged_days)


def _rules(operations: Operations, days: int, settings: AlertSettings) -> dict[AlertName, list[int]]:
    fired: dict[AlertName, list[int]] = {}
    before: set[AlertName] = set()
    for day in range(days):
        now = {each.name for each in rule_findings(operations.facts(day), settings) if each.firing}
        for name in sorted(now - before):
            fired.setdefault(name, []).append(day)
        before = now
    return fired
