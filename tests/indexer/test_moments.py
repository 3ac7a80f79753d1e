"""Moments in every form that can be read in one way only."""

from datetime import UTC, date, datetime

import pytest

from indexer.moments import moment

DAY = datetime(2025, 10, 17, tzinfo=UTC)
TIME = datetime(2025, 10, 17, 9, 30, tzinfo=UTC)


@pytest.mark.parametrize(
    "written",
    [
        "2025-10-17",
        date(2025, 10, 17),
        "2025/10/17",
        "20251017",
        20251017,
        "17/10/2025",
        "10/17/2025",
        "17.10.2025",
        "17-10-2025",
        "Oct 17, 2025",
        "October 17th, 2025",
        "17 October 2025",
        "17-Oct-2025",
        "Fri, 17 Oct 2025",
        " Friday,  17 Oct 2025 ",
    ],
)
def test_a_date_is_midnight_utc(written: object) -> None:
    assert moment(written) == DAY


@pytest.mark.parametrize(
    "written",
    [
        "2025-10-17T09:30Z",
        "2025-10-17 09:30:00 UTC",
        "2025-10-17T11:30:00+0200",
        "20251017T093000Z",
        "Fri, 17 Oct 2025 09:30:00 GMT",
        "Tue, 17 Oct 2025 09:30:00 +0000",
        "17 Oct 2025 05:30:00 EDT",
        "17 Oct 25 09:30:00 GMT",
        "Oct 17, 2025, 9:30 AM UTC",
        "Oct 17, 2025 at 11:30 am +02:00",
        1760693400,
        1760693400.0,
        "1760693400",
        1760693400_000,
        1760693400_000_000,
        1760693400_000_000_000,
    ],
)
def test_a_time_in_other_forms_is_the_same_moment(written: object) -> None:
    assert moment(written) == TIME
    assert moment(written).tzinfo is UTC


def test_a_year_or_a_month_is_its_first_day() -> None:
    assert moment(1998) == moment("1998") == datetime(1998, 1, 1, tzinfo=UTC)
    assert moment("2025-10") == moment("Oct 2025") == datetime(2025, 10, 1, tzinfo=UTC)


def test_equal_day_and_month_leave_nothing_open() -> None:
    assert moment("05/05/2025") == datetime(2025, 5, 5, tzinfo=UTC)


@pytest.mark.parametrize("written", ["05/06/2025", "5.6.2025", "5-6-2025"])
def test_what_could_be_two_days_is_refused(written: str) -> None:
    with pytest.raises(ValueError, match="write 2025-06-05 or 2025-05-06"):
        moment(written)


@pytest.mark.parametrize("written", ["Oct 17, 2025 09:30", "2025-10-17T09:30", "Fri, 17 Oct 2025 09:30:00 CET"])
def test_a_time_of_day_without_an_offset_is_refused(written: str) -> None:
    with pytest.raises(ValueError, match="has no offset from UTC"):
        moment(written)


@pytest.mark.parametrize("number", [-1, 12, 86_400, 5e9, float("nan"), float("inf"), 10**30])
def test_a_number_outside_the_years_is_refused(number: float) -> None:
    with pytest.raises(ValueError, match="neither seconds nor milliseconds"):
        moment(number)


@pytest.mark.parametrize("written", ["31/02/2025", "Feb 30, 2025", "2025-13-01", 20251301, "Oct 17, 2025 13:00 PM UTC"])
def test_days_and_hours_that_do_not_exist_are_refused(written: object) -> None:
    with pytest.raises(ValueError, match=r"is no (date|time): "):
        moment(written)
