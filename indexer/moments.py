"""Moments as people write them: RFC 3339, plain dates, mail dates, English dates, seconds since 1970.

What can be read in one way only is read; what could be two days ("03/04/2026") is refused with the way to write it. A
date without a time is midnight UTC. A time of day without an offset is refused: it could be a day's length of moments.
"""

from __future__ import annotations

import re
from datetime import UTC, date, datetime, timedelta
from email.utils import parsedate_to_datetime
from typing import Final

NO_OFFSET: Final = (
    "has no offset from UTC: write it with one, such as 2024-05-01T12:00:00Z or 2024-05-01T14:00:00+02:00"
)
NO_TIME: Final = (
    "must be an RFC 3339 time with an offset from UTC, such as 2024-05-01T12:00:00Z, or a date, such as 2024-05-01"
)
NO_NUMBER: Final = "is a number that is neither seconds nor milliseconds since 1970 in the years 1990 to 2100"
YEARS: Final = range(1990, 2101)
"""Years of a number that is taken for a time since 1970."""

_RFC3339 = re.compile(r"\d{4}-\d\d-\d\d[Tt ]\d\d:\d\d:\d\d(\.\d+)?([Zz]|[+-]\d\d:\d\d)?", re.ASCII)
_ISO = re.compile(
    r"(\d{4}-\d\d-\d\d|\d{8})[Tt ]?(\d\d:?\d\d(?::?\d\d)?(?:[.,]\d+)?) ?([Zz]|[+-]\d\d(?::?\d\d)?)?", re.ASCII
)
_YEAR_FIRST = re.compile(r"(\d{4})[-/.](\d{1,2})(?:[-/.](\d{1,2}))?", re.ASCII)
_YEAR_LAST = re.compile(r"(\d{1,2})([-/.])(\d{1,2})\2(\d{4})", re.ASCII)
_NUMBER = re.compile(r"\d{1,19}(\.\d+)?", re.ASCII)
_WEEKDAY = re.compile(r"(?:mon|tues?|wed(?:nes)?|thu(?:rs)?|fri|sat(?:ur)?|sun)(?:day)?\.?,?\s+", re.IGNORECASE)
_MONTHS: Final = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
_MONTH = (
    r"(?P<month>jan(?:uary)?|feb(?:ruary)?|mar(?:ch)?|apr(?:il)?|may|june?|july?|aug(?:ust)?|sept?(?:ember)?"
    r"|oct(?:ober)?|nov(?:ember)?|dec(?:ember)?)\.?"
)
_DAY = r"(?P<day>\d{1,2})(?:st|nd|rd|th)?"
_CLOCK = (
    r"(?:(?:,?\s+|\s+at\s+)(?P<clock>\d{1,2}:\d\d(?::\d\d)?)(?:\s?(?P<half>[ap])\.?m\.?)?"
    r"(?:\s*(?P<zone>[+-]\d\d:?\d\d|[a-z]{1,5}))?)?"
)
_ENGLISH = tuple(
    re.compile(pattern + _CLOCK, re.ASCII | re.IGNORECASE)
    for pattern in (
        rf"{_DAY}(?:\s+|-|\s+of\s+){_MONTH}(?:,?\s+|-)(?P<year>\d{{4}})",
        rf"{_MONTH}\s+{_DAY}(?:,\s*|\s+)(?P<year>\d{{4}})",
        rf"{_MONTH},?\s+(?P<year>\d{{4}})",
    )
)
_SHORT_YEAR = re.compile(r"\d{1,2} [a-z]{3} \d\d \d\d:\d\d(?::\d\d)? \S{1,5}", re.ASCII | re.IGNORECASE)
_UNIVERSAL: Final = frozenset(("Z", "UT", "UTC", "GMT", "-0000"))
_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)
_UNITS: Final = (1, 10**3, 10**6, 10**9)


def from_rfc3339(value: object) -> datetime | None:
    """The moment of a time that is written as the contract says, in UTC; None of anything else.

    Raises:
        ValueError: there is no such time, or it has no offset.
    """
    return _utc(_iso(value)) if isinstance(value, str) and _RFC3339.fullmatch(value) else None


def moment(value: object) -> datetime:
    """The moment that a value means, in UTC.

    Args:
        value: a datetime, a date, a number of seconds, milliseconds, microseconds or nanoseconds since 1970, a year, a
            number such as 20240501, or any of these as text, or a date in words.

    Raises:
        ValueError: it means none, or more than one; the message is a predicate that says how to write it.
    """
    return from_rfc3339(value) or _utc(_found(value))


def _utc(found: datetime) -> datetime:
    if found.utcoffset() is None:
        raise ValueError(NO_OFFSET)
    try:
        return found.astimezone(UTC)
    except OverflowError as error:
        raise ValueError("is outside the years 1 to 9999") from error


def _found(value: object) -> datetime:
    if isinstance(value, datetime):
        return value
    if isinstance(value, date):
        return datetime(value.year, value.month, value.day, tzinfo=UTC)
    if isinstance(value, int | float) and not isinstance(value, bool):
        return _of_number(value)
    if not isinstance(value, str):
        raise ValueError(NO_TIME)  # noqa: TRY004 - pydantic reports ValueError, not TypeError
    return _of_text(value)


def _iso(text: str) -> datetime:
    try:
        return datetime.fromisoformat(text.upper())
    except ValueError as error:
        raise ValueError(f"is no time: {error}") from error


def _of_text(given: str) -> datetime:
    text = " ".join(given.split())
    if _NUMBER.fullmatch(text):
        return _of_number(float(text) if "." in text else int(text))
    universal = re.sub(r" ?\b(?:UTC|GMT)$", "Z", text, flags=re.IGNORECASE)
    if parts := _ISO.fullmatch(universal):
        return _iso(f"{parts[1]}T{parts[2]}{parts[3] or ''}")
    if parts := _YEAR_FIRST.fullmatch(text):
        return _day(int(parts[1]), int(parts[2]), int(parts[3] or 1))
    if parts := _YEAR_LAST.fullmatch(text):
        return _year_last(int(parts[1]), int(parts[3]), int(parts[4]))
    return _in_words(text)


def _year_last(first: int, second: int, year: int) -> datetime:
    if first != second and first <= 12 and second <= 12:
        raise ValueError(
            f"could be the {first}. of month {second} or the {second}. of month {first}: "
            f"write {year}-{second:02}-{first:02} or {year}-{first:02}-{second:02}"
        )
    return _day(year, second, first) if first > 12 or first == second else _day(year, first, second)


def _day(year: int, month: int, day: int) -> datetime:
    try:
        return datetime(year, month, day, tzinfo=UTC)
    except ValueError as error:
        raise ValueError(f"is no date: {error}") from error


def _in_words(text: str) -> datetime:
    undated = _WEEKDAY.sub("", text, count=1) if _WEEKDAY.match(text) else text
    for pattern in _ENGLISH:
        if parts := pattern.fullmatch(undated):
            return _english(parts.groupdict())
    if not _SHORT_YEAR.fullmatch(undated):
        raise ValueError(NO_TIME)
    return _mail_date(undated)


def _english(parts: dict[str, str | None]) -> datetime:
    month = _MONTHS.index(str(parts["month"])[:3].lower()) + 1
    midnight = _day(int(parts["year"] or 0), month, int(parts.get("day") or 1))
    if parts["clock"] is None:
        return midnight
    zone = (parts["zone"] or "").replace(":", "").upper()
    found = _mail_date(f"{midnight:%d} {_MONTHS[month - 1]} {midnight.year:04} {_clock(parts)} {zone}")
    return found.replace(tzinfo=UTC) if zone in _UNIVERSAL else found


def _mail_date(text: str) -> datetime:
    try:
        return parsedate_to_datetime(text)
    except (ValueError, IndexError) as error:
        raise ValueError(f"is no time: {error}") from error


def _clock(parts: dict[str, str | None]) -> str:
    hour, _, rest = str(parts["clock"]).partition(":")
    if parts["half"] is None:
        return f"{hour}:{rest}"
    if not 1 <= int(hour) <= 12:
        raise ValueError("is no time: the hour must be in 1 to 12 beside am or pm")
    return f"{int(hour) % 12 + (12 if parts['half'].lower() == 'p' else 0)}:{rest}"


def _of_number(number: float) -> datetime:
    """Seconds and their parts are told apart by their size, and so are a year and a date of eight digits."""
    if number in range(1000, 2101):
        return _day(int(number), 1, 1)
    if number in range(1900_01_01, 2101_01_01):
        return _day(int(number) // 10_000, int(number) // 100 % 100, int(number) % 100)
    if number == 0:
        return _EPOCH
    for unit in _UNITS:
        if _seconds_of(YEARS[0]) <= number / unit < _seconds_of(YEARS[-1] + 1):
            return _EPOCH + timedelta(
                microseconds=round(number * 10**6 / unit) if unit < 10**6 else number * 10**6 // unit
            )
    raise ValueError(NO_NUMBER)


def _seconds_of(year: int) -> float:
    return (datetime(year, 1, 1, tzinfo=UTC) - _EPOCH).total_seconds()
