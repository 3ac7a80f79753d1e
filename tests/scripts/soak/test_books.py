"""What a soak would say if a server broke a promise: a proof must be able to fail."""

import numpy as np
import pytest

from scripts.soak.answers import NO_ANSWER, Answer, Answers
from scripts.soak.ledger import Ledger
from scripts.soak.memory import slope_of
from scripts.soak.twin import unlike

PARTS = ("users", "events", "awaiting", "forgotten", "seen", "forgettings", "aliases", "slates", "served")


def export(**parts):
    rows = {name: [{"event_id": each} for each in ids] for name, ids in parts.items()}
    return {name: [] for name in PARTS} | {"profile": {"explicit": {}}} | rows


@pytest.fixture
def ann():
    """Three events count, and two were forgotten."""
    ledger = Ledger("ann")
    ledger.counting = {"e1": {}, "e2": {}}
    ledger.reset(sure=True)
    ledger.counting = {"e3": {}, "e4": {}, "e5": {}}
    return ledger


def test_what_is_as_acknowledged_breaks_nothing(ann):
    assert ann.faults(export(events=["e3", "e4"], awaiting=["e5"], forgotten=["e1", "e2"])) == []


@pytest.mark.parametrize(
    ("events", "said"),
    [
        (["e3", "e4"], "lost: ann ['e5']"),
        (["e3", "e4", "e5", "e5"], "doubled: ann ['e5']"),
        (["e1", "e3", "e4", "e5"], "came back: ann ['e1']"),
        (["e3", "e4", "e5", "e9"], "unknown: ann ['e9']"),
    ],
)
def test_what_is_not_is_named(ann, events, said):
    assert ann.faults(export(events=events)) == [said]


def test_a_reset_that_is_taken_back_counts_again_unless_it_is_in_doubt(ann):
    assert ann.faults(export(events=["e3", "e4", "e5"], forgotten=["e1", "e2"])) == []
    ann.undo(sure=True)
    assert ann.faults(export(events=["e3", "e4", "e5"])) == ["lost: ann ['e1', 'e2']"]
    ann.reset(sure=False)
    ann.undo(sure=False)
    assert ann.faults(export(events=["e3"])) == []
    assert ann.faults(export(events=["e9"])) == ["unknown: ann ['e9']"]


def test_an_edit_that_is_gone_is_named(ann):
    ann.stated = {"muted": {"tags": ["chess"]}}
    told = export(events=["e3", "e4", "e5"])
    assert "stated otherwise" in ann.faults(told)[0]
    told["profile"]["explicit"] = {"muted": {"tags": ["chess"], "topics": []}, "role": None}
    assert ann.faults(told) == []


def test_whatever_is_left_of_the_erased_is_named(ann):
    ann.erase()
    assert ann.faults(export()) == []
    assert ann.faults(export(seen=["i1"])) == ["erased, and still there: ann in seen"]
    assert "unknown: ann ['e3']" in ann.faults(export(events=["e3"]))


def test_failures_are_excused_by_the_fault_that_explains_them_and_by_no_other():
    answers = Answers()
    window = answers.open("kill", NO_ANSWER, 503)
    answers.add(Answer(window.begin + 1, 0.1, "events", 503))
    answers.add(Answer(window.begin + 2, 0.1, "events", 500))
    answers.add(Answer(window.begin - 5, 0.1, "events", NO_ANSWER))
    window.end = window.begin + 3
    answers.add(Answer(window.end + 9, 0.1, "events", 503))
    assert [each.status for each in answers.unexcused()] == [500, NO_ANSWER, 503]


def test_memory_that_grows_is_told_from_memory_that_only_varies():
    random, seconds = np.random.default_rng(0), np.arange(0, 1_200, 0.5)
    flat = slope_of(list(zip(seconds, 400 + random.normal(0, 5, len(seconds)), strict=True)))
    leaking = slope_of(list(zip(seconds, 400 + seconds / 10 + random.normal(0, 5, len(seconds)), strict=True)))
    assert flat.low < 0 < flat.high
    assert leaking.low < 360 < leaking.high
    assert leaking.low > 300
    assert slope_of([(0.0, 1.0)]) is None


def test_profiles_differ_by_what_is_in_them_and_not_by_when_they_were_asked_for():
    one = {"topics": [{"slug": "a", "share": 0.5, "faded_at": "x"}], "as_of": 1}
    assert unlike(one, {"topics": [{"slug": "a", "share": 0.5001, "faded_at": "y"}], "as_of": 2}) == []
    assert unlike(one, {"topics": [{"slug": "a", "share": 0.6, "faded_at": "y"}]}) == [
        ".topics[0].share: 0.5 against 0.6"
    ]
    assert unlike({"events": 3}, {"events": 4}) == [".events: 3 against 4"]
