"""Views and reports say the same of people in PostgreSQL as of people in DuckDB."""

from datetime import UTC, date, datetime

import pytest

from app.insights.report import Asked, report
from app.insights.views import VIEWS
from app.storage.rows import Merge
from app.storage.settings import StorageSettings

DAY = "2026-03-02"


@pytest.fixture(scope="module")
def both(open_ledger, postgres):
    """Two ledgers of the same people, in either database."""
    ledgers = [
        open_ledger(segments=("plan",)),
        open_ledger(segments=("plan",), storage=StorageSettings(url=postgres.new_schema())),
    ]
    for each in ledgers:
        each.answers(
            *(
                {
                    "recommendation_id": f"r{n}",
                    "user_id": f"u{n}",
                    "served_at": f"{DAY}T10:00:00",
                    "item_ids": ["a", "b", "c"],
                }
                for n in range(30)
            )
        )
        each.events(
            *(
                {
                    "user_id": f"u{n}",
                    "item_id": "abc"[n % 3],
                    "type": ("impression", "click", "dismiss", "dwell")[n % 4],
                    "value": 7.25 if n % 4 == 3 else None,
                    "occurred_at": f"{DAY}T10:00:0{n % 10}.{n:03}",
                    "recommendation_id": f"r{n}" if n % 5 else None,
                    "position": n % 3 + 1,
                    "context": b'{"device": "\\"phone\\", or\\ntablet"}' if n % 2 else None,
                }
                for n in range(30)
            )
        )
        each.users({"user_id": "u1", "attributes": {"plan": "paid"}}, {"user_id": "u2", "personalization": False})
        each.controls(
            {"user_id": "u2", "action": "personalization_off", "at": f"{DAY}T11:00:00", "detail": {"wish": "more"}}
        )
        each.stores.identities.merge(Merge("u4", "u3", None, 0.0)).result()
    return ledgers


@pytest.mark.parametrize("view", VIEWS)
def test_every_view_has_the_same_rows(both, view):
    here, there = (each.query(f"FROM {view} ORDER BY ALL") for each in both)
    assert len(here) > 0
    assert here == there


def test_a_report_is_the_same(both):
    asked = Asked(
        date(2026, 3, 1), date(2026, 3, 3), "segment:plan", datetime(2026, 3, 5, tzinfo=UTC).timestamp(), least_people=1
    )
    here, there = (report(each.insights, asked) for each in both)
    assert here.figures
    assert here == there


def test_what_was_served_is_read_without_what_people_did(both):
    for each in both:
        with each.insights.answers(date(2026, 3, 2), date(2026, 3, 2)) as connection:
            assert connection.execute("SELECT count(*) FROM served").fetchall() == [(90,)]
            assert "events" not in {
                name
                for (name,) in connection.execute("SELECT view_name FROM duckdb_views() WHERE temporary").fetchall()
            }
    with both[1].insights.stores.reading(("aliases",)) as connection:
        assert connection.execute("SELECT alias, user_id FROM aliases").fetchall() == [("u4", "u3")]
        assert connection.execute("SELECT count(*) FROM main.events").fetchall() == [(0,)]
    assert not [*both[1].files.folder.parent.glob("verifying-*")]
