"""The plain alerts: each fires when it must, is calm when it may be, and says when it cannot tell."""

from dataclasses import replace
from datetime import UTC, datetime

import pytest

from app.alerts.facts import Facts, Share
from app.alerts.rules import rule_findings
from app.alerts.settings import AlertSettings
from app.serving.rebuild_outcome import RebuildOutcome

DAY = 86_400.0
WELL = RebuildOutcome(at=datetime(2026, 3, 1, tzinfo=UTC), ok=True, said="")
CALM = Facts(
    now=100 * DAY,
    missed_floors=Share(1, 1_000),
    recall=(500, 0.99),
    built_at=95 * DAY,
    rebuild=WELL,
    swap_problem=None,
    rejected=Share(10, 1_000),
    rejected_before=Share(100, 10_000),
    audited_at=50 * DAY,
    began_at=0.0,
)
FIRING = {
    "floors_missed": {"missed_floors": Share(51, 1_000)},
    "recall_low": {"recall": (200, 0.94)},
    "snapshot_stale": {"built_at": 84 * DAY},
    "rebuild_failing": {"rebuild": WELL.model_copy(update={"ok": False, "said": "no room"})},
    "rejects_rising": {"rejected": Share(60, 1_000)},
    "audit_overdue": {"audited_at": 7 * DAY},
    "storage_failing": {"storage": ("The disk is full.",)},
}
UNKNOWN = {
    "floors_missed": {"missed_floors": Share(199, 199)},
    "recall_low": {"recall": (199, 0.0)},
    "snapshot_stale": {"built_at": None},
    "rebuild_failing": {"rebuild": None},
    "rejects_rising": {"rejected": Share(499, 499)},
    "audit_overdue": {"audited_at": None, "began_at": None},
}


def said(facts):
    return {each.name: each for each in rule_findings(facts, AlertSettings())}


def test_nothing_fires_where_all_is_well():
    assert {each.firing for each in said(CALM).values()} == {False}


@pytest.mark.parametrize("name", FIRING)
def test_each_fires_alone(name):
    told = said(replace(CALM, **FIRING[name]))
    assert [each.name for each in told.values() if each.firing] == [name]


@pytest.mark.parametrize("name", UNKNOWN)
def test_each_needs_enough_to_go_by(name):
    assert said(replace(CALM, **UNKNOWN[name]))[name].firing is None


def test_many_rejects_are_no_rise_where_they_are_usual():
    assert not said(replace(CALM, rejected=Share(150, 1_000), rejected_before=Share(1_000, 10_000)))[
        "rejects_rising"
    ].firing


def test_a_snapshot_that_is_refused_is_a_build_that_failed():
    told = said(replace(CALM, swap_problem="it is damaged"))["rebuild_failing"]
    assert told.firing
    assert "it is damaged" in told.message


def test_without_an_audit_people_are_served_for_a_quarter_at_most():
    told = said(replace(CALM, audited_at=None))["audit_overdue"]
    assert told.firing
    assert "no audit yet" in told.message
