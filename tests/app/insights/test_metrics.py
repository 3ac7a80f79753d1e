"""Each metric against an example that was computed by hand.

Ann and Bob are served four slots each on 1 March, and Ann four more on 2 March. What they did stands below; a robot did
more.
"""

import re
from dataclasses import replace
from datetime import UTC, date, datetime
from importlib.resources import files
from pathlib import Path

import pytest

from app.insights.metrics import METRICS
from app.insights.report import Asked, bucket_of, report

FIRST, SECOND = "2026-03-01", "2026-03-02"
DOCS = Path(__file__).parents[3] / "docs" / "guides" / "metrics.md"


def answer(name, user, at, items, **fields):
    return {"recommendation_id": name, "user_id": user, "served_at": at, "item_ids": list(items)} | fields


def did(user, name, item, kind, at):
    return {"user_id": user, "recommendation_id": name, "item_id": item, "type": kind, "occurred_at": at}


@pytest.fixture(scope="module")
def told(open_ledger):
    """Tells the figures of one metric by bucket."""
    ledger = open_ledger(segments=("age",))
    explored = {"explorations": [False, False, False, True]}
    ledger.answers(
        answer("r1", "ann", f"{FIRST}T10:00:00", "abcd", topics=["x", "x", "y", "y"], diversity=0.5, **explored),
        answer("r2", "bob", f"{FIRST}T10:00:00", "abce", topics=["x"] * 4, diversity=0.25, scenario="home", **explored)
        | {"floors_unaffordable": ["recency"]},
        answer("r3", "ann", f"{SECOND}T10:00:00", "efgh", topics=["x"] * 4, diversity=0.75, **explored)
        | {"floors_missed": ["recency"], "label_kinds": ["fresh", None, "fresh", "fresh"]},
        answer("r4", "robot", f"{FIRST}T10:00:00", "abcd", diversity=0.0),
    )
    ledger.events(
        *(did("ann", "r1", item, "impression", f"{FIRST}T10:00:01") for item in "abcd"),
        *(did("bob", "r2", item, "impression", f"{FIRST}T10:00:01") for item in "ab"),
        *(did("ann", "r3", item, "impression", f"{SECOND}T10:00:01") for item in "ef"),
        did("ann", "r1", "a", "click", f"{FIRST}T10:00:30"),
        did("ann", "r1", "a", "like", f"{FIRST}T10:00:40"),  # the same slot: engaged with once
        did("ann", "r1", "d", "save", f"{FIRST}T10:01:00"),
        did("ann", "r1", "b", "dismiss", f"{FIRST}T10:00:20"),
        did("bob", "r2", "a", "click", f"{FIRST}T10:01:30"),
        did("bob", "r2", "c", "click", f"{FIRST}T10:00:50"),  # which no impression says that he saw
        did("ann", "r3", "e", "like", "2026-03-04T10:00:00"),  # two days later: not attributed
        *(
            {"user_id": "robot", "item_id": f"i{n}", "type": "click", "occurred_at": f"{FIRST}T11:00:00"}
            for n in range(1_501)
        ),
    )
    ledger.users({"user_id": "ann", "attributes": {"age": "30-39"}}, {"user_id": "bob", "attributes": {"age": "40-49"}})
    ledger.controls(
        {"user_id": "bob", "action": "personalization_off", "at": f"{FIRST}T12:00:00"},
        {"user_id": "ann", "action": "reset", "at": f"{SECOND}T12:00:00"},
        {
            "user_id": "ann",
            "action": "profile_edited",
            "at": f"{FIRST}T12:00:00",
            "detail": {"topic": "x", "wish": "mute"},
        },
    )

    def telling(metric, by="all", first=FIRST, last=SECOND, **fields):
        now = datetime(2026, 3, 20, tzinfo=UTC).timestamp()
        asked = Asked(
            date.fromisoformat(first), date.fromisoformat(last), by, now, **{"items": 10, "least_people": 1} | fields
        )
        found = report(ledger.insights, asked)
        return {each.bucket: each for each in found.figures if each.metric == metric}, found

    return telling


EXAMPLES = {
    # 8 slots were seen (4, 2 and 2); a and d of r1 and a of r2 were engaged with.
    "engagement_rate": (3 / 8, 2),
    "engaged_people": (1.0, 2),
    "click_through_rate": (2 / 8, 2),
    # Ann 30 s after r1; Bob 50 s after r2, by an event that is attributed although no impression came.
    "time_to_engagement": (40.0, 2),
    # Ann came on the 1st and the 2nd, Bob on the 1st only.
    "return_rate_1": (1 / 2, 2),
    "return_rate_7": (1 / 2, 2),
    # Ann (.5 + .75) / 2, Bob .25.
    "intra_list_diversity": ((0.625 + 0.25) / 2, 2),
    # Ann: 6 slots of x and 2 of y; Bob: x only.
    "topic_entropy": ((0.75 * 0.41503749927884376 + 0.25 * 2) / 2, 2),
    # a to h, of ten.
    "catalogue_coverage": (8 / 10, 2),
    # Seen by people: a 2, b 2, c 1, d 1, e 1, f 1, and four by none: sorted 0 0 0 0 1 1 1 1 2 2.
    "exposure_gini": (2 * (5 + 6 + 7 + 8 + 9 * 2 + 10 * 2) / (10 * 8) - 11 / 10, 2),
    "negative_feedback_rate": (1 / 8, 2),
    "opt_out_rate": (1 / 2, 2),
    "reset_rate": (1 / 2, 2),
    # Of the exploration slots only d of r1 was seen, and it was saved.
    "exploration_acceptance": (1.0, 1),
    "label_compliance": (11 / 12, 2),
    "floor_compliance": (2 / 3, 2),
    # What r2 could not afford, it kept as far as it could.
    "floor_affordability": (2 / 3, 2),
    # Ann dismissed b, which did not come back, and muted x, which did.
    "control_efficacy": (1 / 2, 1),
}


@pytest.mark.parametrize("metric", EXAMPLES)
def test_the_example(told, metric):
    figures, _ = told(metric)
    value, people = EXAMPLES[metric]
    assert figures["all"].value == pytest.approx(value, abs=1e-6)
    assert figures["all"].people == people


def test_every_metric_has_an_example_but_the_one_whose_days_are_not_over(told):
    assert {each.name for each in METRICS} == {*EXAMPLES, "return_rate_28"}
    assert told("return_rate_28")[0] == {}


class TestBuckets:
    def test_by_day(self, told):
        figures, _ = told("engagement_rate", "day")
        assert {day: (each.numerator, each.denominator) for day, each in figures.items()} == {
            FIRST: (3, 6),
            SECOND: (0, 2),
        }

    def test_by_scenario_policy_snapshot_and_variant(self, told):
        assert {name: each.denominator for name, each in told("engagement_rate", "scenario")[0].items()} == {
            "home": 2,
            "none": 6,
        }
        assert {*told("engagement_rate", "policy")[0]} == {"p1"}
        assert {*told("engagement_rate", "snapshot")[0]} == {"s1"}
        assert {*told("engagement_rate", "variant")[0]} == {"none"}

    def test_by_segment_where_there_are_people_enough(self, told):
        assert {name: each.denominator for name, each in told("engagement_rate", "segment:age")[0].items()} == {
            "30-39": 6,
            "40-49": 2,
        }
        figures, found = told("engagement_rate", "segment:age", least_people=2)
        assert figures == {}
        assert found.withheld_buckets == 2

    def test_by_what_the_first_event_says_of_its_circumstances(self, open_ledger):
        ledger = open_ledger()
        ledger.answers(*(answer(f"r{n}", f"u{n}", f"{FIRST}T10:00:00", "ab") for n in range(4)))
        said = [b'{"device": "phone"}', b'{"device": "phone", "page": 3}', b'{"device": "desk"}', None]
        ledger.events(
            *(
                did(f"u{n}", f"r{n}", "a", "impression", f"{FIRST}T10:00:01") | {"context": context}
                for n, context in enumerate(said)
            ),
            did("u0", "r0", "a", "rating", f"{FIRST}T10:00:02") | {"context": b'{"device": "desk"}', "value": 5.0},
            did("u1", "r1", "a", "rating", f"{FIRST}T10:00:02") | {"value": 1.0},
        )
        asked = Asked(date.fromisoformat(FIRST), date.fromisoformat(FIRST), "context:device", 0.0, least_people=1)
        figures = {(each.metric, each.bucket): each.value for each in report(ledger.insights, asked).figures}
        assert figures["engagement_rate", "phone"] == 0.5
        assert figures["negative_feedback_rate", "phone"] == 0.5
        assert figures["engagement_rate", "desk"] == 0.0
        assert figures["engagement_rate", "not stated"] == 0.0
        told = report(ledger.insights, replace(asked, by="context:page", least_people=2))
        assert {each.bucket for each in told.figures} == {"not stated"}
        assert told.withheld_buckets == 1

    def test_by_a_segment_that_the_charter_does_not_permit(self):
        with pytest.raises(KeyError):
            bucket_of("segment:income", {"age": "segment_age"})


def test_machines_are_set_aside_and_counted(told):
    _, found = told("engagement_rate")
    assert (found.machines, found.machine_answers) == (1, 1)
    assert found.unattributed_events == 1_501


def test_where_no_impression_was_reported_there_is_no_rate(ledger):
    ledger.answers(answer("r1", "ann", f"{FIRST}T10:00:00", "ab"))
    ledger.events(did("ann", "r1", "a", "click", f"{FIRST}T10:00:30"))
    found = report(ledger.insights, Asked(date(2026, 3, 1), date(2026, 3, 1), "all", 0.0))
    assert "engagement_rate" not in {each.metric for each in found.figures}


def test_a_mute_that_was_taken_back_promises_nothing(ledger):
    ledger.answers(
        answer("r1", "ann", f"{FIRST}T10:00:00", "ab", topics=["x", "y"]),
        answer("r2", "ann", f"{FIRST}T14:00:00", "ab", topics=["x", "y"]),
    )
    for hour, wish in ((11, "mute"), (12, "more")):
        at = f"{FIRST}T{hour}:00:00"
        ledger.controls(
            {"user_id": "ann", "action": "profile_edited", "at": at, "detail": {"topic": "x", "wish": wish}}
        )
    found = report(ledger.insights, Asked(date(2026, 3, 1), date(2026, 3, 1), "all", 0.0))
    assert [each.value for each in found.figures if each.metric == "control_efficacy"] == [1.0]


def test_each_file_has_its_formula_in_the_documentation():
    formulas = DOCS.read_text(encoding="utf-8").partition("## Formulas")[2].partition("\n## ")[0]
    named = set(re.findall(r"^\| `(\w+?)(?:_\{1,7,28\})?` \|", formulas, re.MULTILINE))
    shipped = {
        file.name.removesuffix(".sql") for file in files("app.insights.metrics").iterdir() if file.name.endswith(".sql")
    }
    assert named == shipped == {each.file for each in METRICS}
