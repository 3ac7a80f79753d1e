"""Quarters of a year, in UTC."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Final, Self

_WRITTEN: Final = re.compile(r"(\d{4})-?Q([1-4])", re.IGNORECASE)


@dataclass(frozen=True, slots=True, order=True)
class Quarter:
    """One quarter.

    Attributes:
        year: of our era.
        number: 1 to 4.
    """

    year: int
    number: int

    @classmethod
    def parse(cls, text: str) -> Self:
        """The quarter that a text such as 2026Q4 names.

        Raises:
            ValueError: it names none.
        """
        found = _WRITTEN.fullmatch(text.strip())
        if found is None or int(found[1]) == 0:
            raise ValueError(f"{text!r} names no quarter; write it like 2026Q4")
        return cls(int(found[1]), int(found[2]))

    @classmethod
    def of(cls, moment: datetime) -> Self:
        """The quarter that a moment lies in."""
        at = moment.astimezone(UTC)
        return cls(at.year, (at.month + 2) // 3)

    @property
    def first(self) -> datetime:
        """Its first moment."""
        return datetime(self.year, 3 * self.number - 2, 1, tzinfo=UTC)

    @property
    def end(self) -> datetime:
        """The first moment after it."""
        return self.next().first

    def next(self) -> Quarter:
        """The quarter after it."""
        return Quarter(self.year + self.number // 4, self.number % 4 + 1)

    def __str__(self) -> str:
        return f"{self.year:04d}Q{self.number}"
