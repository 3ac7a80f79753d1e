"""Alerts fire when they must and not otherwise, among made-up people."""

import pytest
from typer.testing import CliRunner

from app.alerts.settings import AlertSettings
from scripts.cli import app
from scripts.simulate import failures, trials_of
from scripts.simulation.quarters import KINDS, false_alarm_rate
from scripts.simulation.trial import EXPECTED

DAYS = AlertSettings().drift.days_to_false_alarm


def test_each_alert_fires_soon_after_what_it_is_for_and_for_nothing_else():
    trials = trials_of((800, 126), 1, AlertSettings())
    assert {each.fault for each in trials} == set(EXPECTED)
    assert failures(trials, [], AlertSettings()) == []
    for trial in trials:
        assert trial.false_alarms == []
        for name in EXPECTED[trial.fault]:
            assert trial.delay(name) <= (10 if name in {"snapshot_stale", "opt_outs_rise"} else 7), name


@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.name)
def test_false_alarms_are_as_rare_as_was_asked_for(kind):
    rate = false_alarm_rate(kind, 60, 1, DAYS, AlertSettings().drift.negative_feedback_rise)
    assert rate.alarms <= rate.quarters / 3


@pytest.mark.nightly
def test_the_command_says_so_over_many_worlds_and_quarters():
    told = CliRunner().invoke(app, ["simulate", "--seeds", "10", "--quarters", "4000"])
    print(told.output)  # noqa: T201 - the figures are the point
    assert told.exit_code == 0, told.output
