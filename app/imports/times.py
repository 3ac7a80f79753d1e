"""Times of a file: one unit for all of its numbers, one zone for all times without an offset, both checked.

A number is no text that could be read in another way: a file of milliseconds that is read as seconds must stop at its
first row, and not become a catalogue of the year 50,000.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta, tzinfo
from enum import StrEnum
from typing import Any, Final

from indexer.moments import YEARS, moment

_NUMBER: Final = re.compile(r"-?\d+(?:\.\d+)?")
_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)
_FIRST: Final = datetime(YEARS[0], 1, 1, tzinfo=UTC)
_AFTER: Final = datetime(YEARS[-1] + 1, 1, 1, tzinfo=UTC)


class Unit(StrEnum):
    """What a number of a time counts, from the beginning of 1970."""

    SECONDS = "s"
    MILLISECONDS = "ms"
    MICROSECONDS = "us"
    NANOSECONDS = "ns"

    @property
    def per_second(self) -> int:
        """How many of them a second has."""
        return {"s": 1, "ms": 10**3, "us": 10**6, "ns": 10**9}[self.value]

    @property
    def words(self) -> str:
        """Its name in full."""
        return self.name.lower()


class OutOfRangeError(ValueError):
    """A time lies outside the years that can be meant, so that the unit is probably another; the file is not read on.

    The message is a predicate of the value.
    """


@dataclass(frozen=True, slots=True)
class Times:
    """How times are read.

    Attributes:
        unit: of numbers; None to tell each by its size.
        zone: of times without an offset; None refuses them.
        checked: whether a time outside of 1990 to 2100 ends the run.
    """

    unit: Unit | None = None
    zone: tzinfo | None = None
    checked: bool = False

    def __call__(self, value: Any) -> Any:
        """The moment that a value means; what is to be judged by the field itself comes back as it is.

        Raises:
            OutOfRangeError: it cannot be meant.
        """
        if self.unit is not None and (number := _number(value)) is not None:
            return self._counted(number, self.unit, value)
        if isinstance(value, str) and self.zone is not None:
            value = _placed(value, self.zone)
        return self._of_years(value) if self.checked else value

    def _counted(self, number: float, unit: Unit, given: Any) -> datetime:
        try:
            found = _EPOCH + timedelta(microseconds=number * 10**6 // unit.per_second)
        except OverflowError:
            found = _EPOCH
        if not _FIRST <= found < _AFTER:
            fits = [each for each in Unit if _fits(number, each)]
            hint = f": these look like {fits[0].words} (--time-unit {fits[0]})" if fits else ""
            raise OutOfRangeError(f"{given} is, in {unit.words} since 1970, no time of {_SPAN}{hint}")
        return found

    def _of_years(self, value: Any) -> Any:
        """What is no time at all is refused by the field, for its row alone."""
        try:
            found = moment(value)
        except ValueError:
            return value
        if not _FIRST <= found < _AFTER:
            raise OutOfRangeError(f"{value} is no time of {_SPAN}")
        return found

    def words(self) -> str:
        """How numbers and times without an offset are taken."""
        parts = [f"in {self.unit.words} since 1970" if self.unit else "", f"in {self.zone}" if self.zone else ""]
        return ", ".join(part for part in parts if part)


_SPAN: Final = f"the years {YEARS[0]} to {YEARS[-1]}"


def _fits(number: float, unit: Unit) -> bool:
    return _FIRST.timestamp() <= number / unit.per_second < _AFTER.timestamp()


def _number(value: Any) -> float | None:
    if isinstance(value, str) and _NUMBER.fullmatch(value):
        return float(value) if "." in value else int(value)
    return value if isinstance(value, int | float) and not isinstance(value, bool) else None


def _placed(text: str, zone: tzinfo) -> Any:
    """A time of day without an offset in a zone; anything else as it is."""
    try:
        found = datetime.fromisoformat(text)
    except ValueError:
        return text
    return found.replace(tzinfo=zone) if found.tzinfo is None and len(text) > len("2024-05-01") else text
