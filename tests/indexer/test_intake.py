"""What is odd about dates is told."""

from datetime import UTC, datetime

import pytest

from indexer.documents import ItemDocument
from indexer.intake import dates_account

NOW = datetime(2026, 11, 28, tzinfo=UTC)


def account(*dates):
    items = [ItemDocument(item_id=str(n), title="A day", published_at=each) for n, each in enumerate(dates)]
    return dates_account(items, NOW)


@pytest.mark.parametrize("day", ["0001-01-01", "1601-01-01", "1899-12-30", "1899-12-31", "1970-01-01"])
def test_a_day_from_which_machines_count_is_told(day):
    told = account(day, f"{day}T04:00:00Z", "2026-11-02")
    assert told == [f"2 items dated {day}, as if by mistake"]


@pytest.mark.parametrize("day", ["1066-10-14", "1913-05-29", "1970-01-02", "2026-11-27"])
def test_other_days_are_no_news(day):
    assert account(day) == []


def test_what_is_missing_or_lies_ahead_is_told():
    assert account(None, "2031-02-03", "2029-01-01") == [
        "1 item without a date, never recent",
        "2 items dated ahead, hidden until then, the furthest on 2031-02-03",
    ]
