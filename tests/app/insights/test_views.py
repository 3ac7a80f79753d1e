"""The views, over literal rows."""

from dataclasses import replace
from datetime import datetime
from typing import ClassVar

import pytest

from app.storage.rows import Merge
from models.events import EventWeights

ANSWER = {
    "recommendation_id": "r1",
    "user_id": "ann",
    "served_at": "2026-03-01T10:00:00",
    "item_ids": ["a", "b", "c"],
    "topics": ["rust", "chess", "rust"],
    "explorations": [False, True, False],
    "propensities": [1.0, 0.25, 1.0],
    "scenario": "home",
}


def event(user_id, item_id, kind, **fields):
    return {"user_id": user_id, "item_id": item_id, "type": kind, "occurred_at": "2026-03-01T10:01:00"} | fields


class TestServed:
    def test_each_slot_of_an_answer_is_a_row(self, ledger):
        ledger.answers(ANSWER)
        rows = ledger.query("SELECT position, item_id, topic, exploration, propensity, scenario FROM served ORDER BY 1")
        assert rows == [
            (1, "a", "rust", False, 1.0, "home"),
            (2, "b", "chess", True, 0.25, "home"),
            (3, "c", "rust", False, 1.0, "home"),
        ]

    def test_before_anything_was_served_the_views_are_empty(self, ledger):
        for view in ("answers", "served", "events", "outcomes", "people", "controls"):
            assert ledger.query(f"SELECT count(*) FROM {view}") == [(0,)]  # noqa: S608 - our own views

    def test_only_the_days_that_are_asked_for_are_read(self, ledger):
        ledger.answers(ANSWER, ANSWER | {"recommendation_id": "r2", "served_at": "2026-03-02T00:00:00"})
        with ledger.insights.reading(datetime(2026, 3, 2).date()) as connection:  # noqa: DTZ001 - a day
            assert connection.execute("SELECT recommendation_id FROM answers").fetchall() == [("r2",)]

    def test_what_was_served_to_an_alias_was_served_to_the_person(self, ledger):
        ledger.answers(ANSWER | {"user_id": "session"})
        ledger.stores.identities.merge(Merge("session", "ann", None, 0.0)).result()
        assert ledger.query("SELECT user_id FROM answers") == [("ann",)]


class TestOutcomes:
    def test_an_event_is_attributed_to_the_slot_of_the_answer_that_it_names(self, ledger):
        ledger.answers(ANSWER)
        ledger.events(event("ann", "b", "click", recommendation_id="r1", position=7))
        found = ledger.query("SELECT item_id, type, position, told_position, exploration, scenario FROM outcomes")
        assert found == [("b", "click", 2, 7, True, "home")]

    def test_what_is_done_after_the_window_is_attributed_to_nothing(self, ledger):
        ledger.answers(ANSWER)
        late = ("2026-03-02T09:59:59", "2026-03-02T10:00:00")
        ledger.events(*(event("ann", "b", "click", recommendation_id="r1", occurred_at=at) for at in late))
        count = "SELECT count(*) FROM outcomes"
        assert ledger.query(count) == [(1,)]
        with replace(ledger.insights, window_hours=25.0).reading() as connection:
            assert connection.execute(count).fetchall() == [(2,)]

    def test_nothing_is_attributed_that_another_person_did_or_that_was_not_served(self, ledger):
        ledger.answers(ANSWER)
        ledger.events(
            event("bob", "b", "click", recommendation_id="r1"),
            event("ann", "z", "click", recommendation_id="r1"),
            event("ann", "a", "click"),
            event("ann", "a", "like", recommendation_id="r2"),
        )
        assert ledger.query("SELECT count(*) FROM outcomes") == [(0,)]
        assert ledger.query("SELECT count(*) FROM events") == [(4,)]

    def test_served_is_not_seen(self, ledger):
        ledger.answers(ANSWER)
        ledger.events(event("ann", "a", "impression", recommendation_id="r1"))
        assert ledger.query("SELECT item_id FROM outcomes WHERE type = 'impression'") == [("a",)]

    def test_a_dwell_weighs_by_its_length(self, ledger):
        ledger.events(event("ann", "a", "dwell", value=30.0), event("ann", "b", "dwell"))
        assert ledger.query("SELECT item_id, weight FROM events ORDER BY 1") == [("a", 0.25), ("b", 0.5)]


class TestPeople:
    def test_segments_are_columns_and_machines_are_marked(self, open_ledger):
        ledger = open_ledger(segments=("age", "it's"))
        ledger.users({"user_id": "ann", "attributes": {"age": "30-39", "it's": "x", "hidden": "y"}})
        ledger.users({"user_id": "off", "personalization": False})
        ledger.events(*(event("robot", f"i{number}", "click") for number in range(1_501)))
        found = ledger.query("""SELECT user_id, segment_age, "segment_it's", personalization, machine FROM people""")
        assert sorted(found) == [
            ("ann", "30-39", "x", True, False),
            ("off", None, None, False, False),
            ("robot", None, None, True, True),
        ]


class TestControls:
    def test_decisions_have_the_names_that_figures_use(self, ledger):
        at = "2026-03-01T10:00:00"
        ledger.controls(
            {"user_id": "ann", "action": "personalization_off", "at": at},
            {"user_id": "ann", "action": "reset", "at": at, "detail": {"topic": "rust"}},
            {"user_id": "ann", "action": "profile_edited", "at": at, "detail": {"topic": "chess", "wish": "mute"}},
            {"user_id": "ann", "action": "profile_edited", "at": at, "detail": {"fields": ["role"]}},
        )
        found = ledger.query("SELECT action, subject FROM controls")
        assert found == [("opt_out", None), ("reset", "rust"), ("mute", "chess"), ("profile_edited", None)]


class TestDeclaredTypes:
    TYPES: ClassVar = {
        "returned": {"polarity": -1, "weight": 2.0, "verb": "sent back"},
        "booked": {"polarity": 1, "weight": 1.5, "verb": "booked", "opens": True},
        "heard": {"polarity": 1, "weight": 0.8, "verb": "heard", "value": {"kind": "percent"}},
    }
    DONE: ClassVar = [
        ("rating", 5.0, 1, 1.0, 4),
        ("rating", 4.0, 1, 0.5, 4),
        ("rating", 3.0, 0, 0.0, 0),
        ("rating", 1.5, -1, 0.75, 8),
        ("complete", 0.25, 1, 0.25, 4),
        ("dwell", 15.0, 1, 0.125, 4),
        ("heard", 50.0, 1, 0.4, 4),
        ("booked", None, 1, 1.5, 6),
        ("returned", None, -1, 2.0, 8),
        ("view", None, 1, 0.25, 6),
        ("purchase", 20.0, 1, 1.5, 4),
    ]
    """Type, value; polarity, weight, and signs: 2 an opening, 4 for the item, 8 against it."""

    def test_each_event_counts_as_its_type_and_value_say(self, open_ledger):
        weights = EventWeights.model_validate({"types": self.TYPES})
        ledger = open_ledger(weights=weights)
        ledger.stores.events.declare(["heard", "returned", "booked", "gone"])  # in another order than the settings
        done = [event("ann", f"i{n}", kind, value=value) for n, (kind, value, *_) in enumerate(self.DONE)]
        ledger.events(*done, event("ann", "x", "gone"))
        found = ledger.query("SELECT type, value, polarity, weight, signs FROM events ORDER BY sequence")
        assert found == self.DONE
        assert ledger.stores.events.type_counts(["gone", "heard", "never"]) == {"gone": 1, "heard": 1}

    def test_the_views_and_the_model_say_the_same(self, open_ledger):
        weights = EventWeights.model_validate({"types": self.TYPES})
        ledger, table = open_ledger(weights=weights), weights.table()
        ledger.stores.events.declare(list(self.TYPES))
        ledger.events(*(event("ann", f"i{n}", kind, value=value) for n, (kind, value, *_) in enumerate(self.DONE)))
        log = ledger.stores.events.columns()
        codes = table.sided(log.codes, log.values)
        learned = table.weighed(codes, table.told(codes, log.values)) * table.polarity[codes]
        assert ledger.query("SELECT polarity * weight FROM events ORDER BY sequence") == [
            (pytest.approx(each),) for each in learned.tolist()
        ]
