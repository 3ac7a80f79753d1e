"""Audits by a real service: people of two age groups on a small catalogue."""

from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from app.api.schemas.audits import Audit, AuditList
from app.errors import AuditRefusedError
from app.insights.equity.audits import ran_in
from app.insights.equity.page import audit_page
from app.insights.equity.quarter import Quarter
from app.insights.experiments.experiment import Experiment, Variant
from app.person.erasure.byte_search import sweep
from indexer.documents import EventDocument

QUARTER = Quarter(2026, 1)
CHARTER = """
name = "Test"
personalised = "Lists."
outcome = "Use."
disclosure = "Chosen for you."
served = { why = "To audit.", keep_days = 100 }
attributes.band = { why = "To audit." }
segments.band = { why = "To serve old and young alike." }

[events]
impression = { why = "What was seen.", keep_days = 900 }
like = { why = "Likes.", keep_days = 900 }
dislike = { why = "Dislikes.", keep_days = 900 }

[equity]
minimum_group = 10
thresholds = { engagement_rate = 0.8, held_out_recall = 0.5, label_fidelity = 0.5 }
"""


@pytest.fixture(scope="module")
def town(
    tmp_path_factory: pytest.TempPathFactory, open_household: Any, an_item: Any, an_event: Any
) -> Iterator[tuple[Any, Path]]:
    """Twelve old people, whom every answer reaches, and twelve young ones, of whom one is reached."""
    folder = tmp_path_factory.mktemp("town")
    (folder / "charter.toml").write_text(CHARTER)
    with open_household(folder, charter=folder / "charter.toml") as home:
        home.publish([an_item(number) for number in range(90)])
        events = 0
        for number in range(24):
            user = f"resident-{number:02d}"
            home.patch(user, attributes={"band": "old" if number < 12 else "young"})
            likes = [f"i{(number % 6) + 6 * turn:03d}" for turn in range(10)]
            home.ingest(*(an_event(events + at, user, item, days_ago=20 - at) for at, item in enumerate(likes)))
            events += len(likes)
            slate = home.recommend(user)
            kinds = ["impression", "like"] if number <= 12 else ["impression"]
            home.ingest(*(on_the_first(events + at, slate, kind) for at, kind in enumerate(kinds)))
            events += len(kinds)
        yield home, folder


def on_the_first(number: int, slate: Any, kind: str) -> EventDocument:
    """An event on the first item of an answer."""
    row = {"event_id": f"e{number}", "user_id": slate.user_id, "item_id": slate.items[0].item_id, "type": kind}
    at = {"occurred_at": "2026-03-01T12:00:00Z", "recommendation_id": slate.recommendation_id}
    return EventDocument.model_validate(row | at, strict=False)


def made(home: Any, quarter: Quarter = QUARTER) -> dict[str, Any]:
    report: dict[str, Any] = home.loop.run_until_complete(home.service.audits.make(quarter))
    return report


def cells(report: dict[str, Any], measure: str) -> dict[str, Any]:
    found = next(each for each in report["attributes"][0]["measures"] if each["measure"] == measure)
    return {cell["group"]: cell for cell in found["groups"]}


def test_who_is_reached_less_is_told_by_group(town: tuple[Any, Path]) -> None:
    engaged = cells(made(town[0]), "engagement_rate")
    assert (engaged["old"]["value"], engaged["young"]["value"]) == (1.0, pytest.approx(1 / 12, abs=1e-6))
    assert engaged["young"]["people"] == 12
    assert engaged["young"]["verdict"] == "missed"
    assert engaged["old"]["interval"][0] < 0.9, "twelve people prove no certainty"


def test_slates_are_made_for_what_was_held_out_and_labels_are_tested(town: tuple[Any, Path]) -> None:
    report = made(town[0])
    recall, labels = cells(report, "held_out_recall"), cells(report, "label_fidelity")
    assert all(cell["people"] == 12 for cell in recall.values())
    assert all(cell["value"] > 0.5 for cell in recall.values()), "the theme that all else is about"
    assert all(cell["value"] > 0.9 for cell in labels.values())
    assert {each["kind"] for each in report["items"]} == {"provider", "topic", "format"}


def test_an_audit_changes_nothing_and_is_the_same_again(town: tuple[Any, Path]) -> None:
    home, folder = town
    home.service.served_log.flush()
    before = home.service.insights.files.paths(None, None)
    assert made(home) == made(home)
    assert home.service.insights.files.paths(None, None) == before, "no slate of an audit is logged as served"
    assert len(list((folder / "audits").glob("*.json"))) == 1


def test_experiments_that_ran_in_the_quarter_are_told(town: tuple[Any, Path]) -> None:
    home, _ = town
    variants = (Variant(name="control", share=0.8), Variant(name="holdout", share=0.2, personalized=False))
    about = {"salt": "s", "made_by": "k", "variants": variants, "made_at": datetime(2025, 11, 1, tzinfo=UTC)}
    spans = {
        "before": (datetime(2025, 11, 1, tzinfo=UTC), QUARTER.first),
        "over": (datetime(2025, 12, 1, tzinfo=UTC), datetime(2026, 2, 1, tzinfo=UTC)),
        "begun": (datetime(2026, 3, 1, tzinfo=UTC), datetime(2026, 4, 9, tzinfo=UTC)),
        "after": (QUARTER.end, None),
        "waiting": (None, None),
    }
    ran = [Experiment(name=name, people=0.5, started_at=a, stopped_at=b, **about) for name, (a, b) in spans.items()]
    report = made(home)
    assert report["experiments"] == []
    told = ran_in(QUARTER, ran)
    assert [(each["experiment"], each["from"][:10], each["until"]) for each in told] == [
        ("over", "2026-01-01", "2026-02-01T00:00:00+00:00"),
        ("begun", "2026-03-01", None),
    ]
    assert {each["held_out"] for each in told} == {0.1}
    page = audit_page(report | {"experiments": told}, "Test")
    assert "Experiments that ran" in page
    assert "<b>over</b>, 2026-01-01 to 2026-02-01, 50% of people, 10% held out" in page
    for each in ran[:3]:
        home.service.experiments.folder.keep(each)
    changed = made(home)
    assert changed["experiments"] == told
    assert changed["audit_id"] != report["audit_id"]
    for path in (home.settings.data_dir / "experiments").glob("*.json"):
        path.unlink()
    (home.settings.data_dir / "audits" / f"{changed['audit_id']}.json").unlink()


def test_what_a_person_was_shown_before_makes_no_difference_to_an_audit(town: tuple[Any, Path]) -> None:
    home, _ = town
    recommender, user = home.service._recommender, "resident-05"  # noqa: SLF001 - what a restart forgets
    bench = home.service.audits.bench()
    person = bench.generation.people.get(user)
    slates = []
    for shown in ((False,) * 40, (True,) * 40):
        recommender._exploration_window.keep(user, shown, 200)  # noqa: SLF001
        audited, served = bench.preview(user, 10, person), recommender.preview(user, 10, person)
        slates.append(([item.item_id for item in audited.items], [item.item_id for item in served.items]))
    assert slates[0][0] == slates[1][0]
    assert slates[0][1] != slates[1][1], "the test would see a difference"


def test_a_quarter_in_which_nobody_was_here_is_refused(town: tuple[Any, Path]) -> None:
    with pytest.raises(AuditRefusedError, match="2025Q1"):
        made(town[0], Quarter(2025, 1))


def test_a_charter_without_segments_is_told_what_is_missing(home: Any) -> None:
    with pytest.raises(AuditRefusedError, match="segments"):
        made(home)


def test_audits_over_http(town: tuple[Any, Path], asked: Any) -> None:
    home, _ = town
    answer = asked(home, "POST", "/admin/audits", json={"quarter": "2026Q1"})
    audit = Audit.model_validate(answer.json())
    listed = AuditList.model_validate(asked(home, "GET", "/insights/audits").json())
    assert [each.audit_id for each in listed.audits] == [audit.audit_id]
    assert listed.audits[0].until == datetime(2026, 4, 1, tzinfo=UTC)
    one = asked(home, "GET", f"/insights/audits/{audit.audit_id}")
    assert one.json() == answer.json()
    page = asked(home, "GET", f"/insights/audits/{audit.audit_id}", headers={"Accept": "text/html"})
    assert "Equity audit 2026Q1" in page.text
    assert "default-src 'none'" in page.headers["content-security-policy"]
    assert asked(home, "GET", "/insights/audits/2026Q1-000000000000").status_code == 404
    assert asked(home, "POST", "/admin/audits", json={"quarter": "2026Q7"}).status_code == 422
    assert asked(home, "POST", "/admin/audits", json={"quarter": "2025Q1"}).status_code == 409


def test_an_erased_person_is_in_no_audit(town: tuple[Any, Path]) -> None:
    """Last, since it changes the town: with them the group is too small, and is told of no longer."""
    home, folder = town
    before = made(home)
    for number in range(3):
        home.erase(f"resident-{number:02d}")
    after = made(home)
    assert after["audit_id"] != before["audit_id"]
    assert after["attributes"][0]["groups"] == [], "nine old people, and the young, who could be subtracted"
    assert not sweep(folder, "resident-01").hits
