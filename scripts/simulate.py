"""``penchant simulate``: made-up people, things that go wrong, and whether the alerts say so."""

from __future__ import annotations

from typing import Annotated, Final

import typer

from app.alerts.settings import AlertSettings
from indexer.progress import ProgressBar
from scripts.simulation.operations import Operations, OperationsFault
from scripts.simulation.quarters import KINDS, Rate, false_alarm_rate
from scripts.simulation.trial import EXPECTED, Trial, drifts_in, trial_of
from scripts.simulation.world import Fault, World

_FAULT_DAY: Final = 105
"""A Monday, and the day of the second audit."""


def simulate(
    people: Annotated[int, typer.Option(min=300, help="People of each made-up world.")] = 2_000,
    days: Annotated[int, typer.Option(min=_FAULT_DAY + 21, help="Days that each lasts.")] = 133,
    seeds: Annotated[int, typer.Option(min=1, help="Worlds of each kind, with seeds 1, 2, ...")] = 1,
    quarters: Annotated[int, typer.Option(min=4, help="Quarters without any change, for the false-alarm rate.")] = 200,
) -> None:
    """Let things go wrong among made-up people, and print which alerts fired, and how often for nothing.

    The people have tastes, dislikes, fatigue and a rhythm of day and week. What they are served is made up, too: this
    fills the tables that alerts read, and runs no pipeline, store or log. So it shows that alerts work, and is never
    proof that recommendations are good. The exit status is 1 if an alert was missed or fired for nothing more often
    than the settings allow.
    """
    settings = AlertSettings()
    trials = trials_of((people, days), seeds, settings)
    days_to, tolerated = settings.drift.days_to_false_alarm, settings.drift.negative_feedback_rise
    rates = [
        (false_alarm_rate(kind, quarters, 1, days_to, tolerated), false_alarm_rate(kind, quarters, 1, days_to, 0.0))
        for kind in KINDS
    ]
    typer.echo(report(trials, rates, settings))
    wrong = failures(trials, [rate for rate, _ in rates], settings)
    for each in wrong:
        typer.echo(f"simulate: {each}", err=True)
    if wrong:
        raise typer.Exit(1)


def trials_of(size: tuple[int, int], seeds: int, settings: AlertSettings) -> list[Trial]:
    """One trial of each thing that can go wrong, for each seed; faults of operation happen in the calm world."""
    found = []
    with ProgressBar("living", "world") as progress:
        for number in range(seeds * len(Fault)):
            seed, fault = 1 + number // len(Fault), list(Fault)[number % len(Fault)]
            world = World(*size, fault, _FAULT_DAY, seed)
            drifted = drifts_in(world, settings)
            badly: list[OperationsFault | None] = [None, *(OperationsFault if fault is Fault.NONE else ())]
            found += [trial_of(world, drifted, Operations(each, _FAULT_DAY, seed), settings) for each in badly]
            progress(number + 1, seeds * len(Fault))
    return found


def failures(trials: list[Trial], rates: list[Rate], settings: AlertSettings) -> list[str]:
    """What is not as it should be: `rates` are those at the settings' own tolerance."""
    allowed = settings.drift.false_alarms_per_quarter / 3
    calm = [name for each in trials if each.fault not in OperationsFault for name in each.false_alarms]
    most = max(1.0, 2 * settings.drift.false_alarms_per_quarter * _quarters(trials))
    often = [rate for rate in rates if rate.alarms > allowed * rate.quarters]
    return [
        *(f"{each.fault}: {name} did not fire" for each in trials for name in each.missed),
        *([f"{len(calm)} false alarms in {_quarters(trials):.1f} quarters"] if len(calm) > most else []),
        *(f"{each.kind.name}: {each.alarms} false alarms in {each.quarters} quarters" for each in often),
    ]


def _quarters(trials: list[Trial]) -> float:
    """Quarters that the three alerts together could judge while nothing was wrong; each world counts once."""
    return sum(each.judged_days for each in trials if each.fault not in OperationsFault) / (3 * 91)


def report(trials: list[Trial], rates: list[tuple[Rate, Rate]], settings: AlertSettings) -> str:
    """What is printed."""
    false = [name for each in trials if each.fault not in OperationsFault for name in each.false_alarms]
    said = f": {', '.join(false)}" if false else ""
    allowed = settings.drift.false_alarms_per_quarter / 3
    return "\n".join(
        [
            f"{'what goes wrong':<36}{'alert':<27}fires after (days, by seed)",
            *_delays(trials),
            "",
            f"false alarms in {_quarters(trials):.1f} quarters of these worlds, of all alerts: {len(false)}{said}",
            "",
            f"false alarms of one alert in a quarter without change (allowed: {allowed:.3f}; upper end of 95 %)",
            f"{'':<36}{'as set':<27}where no change is tolerated",
            *(f"{set_.kind.name:<36}{_rate(set_):<27}{_rate(strict)}" for set_, strict in rates),
            "",
            "The people are made up: this shows that alerts work, and never that recommendations are good.",
        ]
    )


def _delays(trials: list[Trial]) -> list[str]:
    lines = []
    for fault, expected in EXPECTED.items():
        for name in expected:
            delays = ", ".join(str(each.delay(name) or "never") for each in trials if each.fault == fault)
            lines.append(f"{fault:<36}{name:<27}{delays}")
    return lines


def _rate(rate: Rate) -> str:
    return f"{rate.alarms / rate.quarters:.3f} ({rate.upper:.3f})"
