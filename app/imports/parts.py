"""Files whose rows can be looked at by column, some thousands at a time."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final, Protocol

from indexer.readers import FileRow

PART_ROWS: Final = 4_096
"""Rows of a part at most."""


@dataclass(frozen=True, slots=True)
class Part:
    """Some rows of a file.

    Attributes:
        numbers: of the rows, ascending.
        rows: the rows as `Columnar.row` takes them.
        columns: cells by name of column; "" in a table, None elsewhere, where there is nothing.
        odd: places of rows that are not as the others, and must be looked at alone.
    """

    numbers: Sequence[int]
    rows: Sequence[Any]
    columns: Mapping[str, Sequence[Any]]
    odd: frozenset[int] = frozenset()

    def behind(self, number: int) -> Part | None:
        """What is behind a row; None where that is nothing."""
        if self.numbers[0] > number:
            return self
        passed = sum(each <= number for each in self.numbers)
        if passed == len(self.numbers):
            return None
        columns = {name: column[passed:] for name, column in self.columns.items()}
        odd = frozenset(place - passed for place in self.odd if place >= passed)
        return Part(self.numbers[passed:], self.rows[passed:], columns, odd)


class Columnar(Protocol):
    """A form of such a file."""

    def parts(self, names: Sequence[str], spare: frozenset[str]) -> Iterator[Part]:
        """The rows in order.

        Args:
            names: columns that are wanted; each is there.
            spare: columns that are not; a row that has others still is odd, where rows may differ in that.

        Raises:
            InputFileError: the damaged place is reached.
        """
        ...

    def row(self, number: int, row: Any) -> FileRow:
        """A row of a part as it stands in the file."""
        ...
