from datetime import UTC, datetime, timedelta, timezone

import pytest

from app.insights.equity.quarter import Quarter


def test_a_quarter_ends_where_the_next_begins() -> None:
    quarter = Quarter.parse("2026Q4")
    assert quarter.first == datetime(2026, 10, 1, tzinfo=UTC)
    assert quarter.end == datetime(2027, 1, 1, tzinfo=UTC)
    assert str(Quarter.parse("2026-q1").next()) == "2026Q2"


def test_a_moment_lies_in_the_quarter_of_utc() -> None:
    late = datetime(2026, 12, 31, 23, 30, tzinfo=timezone(timedelta(hours=-5)))
    assert Quarter.of(late) == Quarter(2027, 1)


@pytest.mark.parametrize("text", ["2026", "Q4", "2026Q5", "26Q1", "0000Q1", ""])
def test_what_is_no_quarter_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="2026Q4"):
        Quarter.parse(text)
