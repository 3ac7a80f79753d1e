"""Cells of one column as the values of a field, all at once; `BAD` stands where a cell must be looked at alone.

What is not bad is what the model makes of the cell. What is bad may be good all the same.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import UTC, datetime, tzinfo
from decimal import Decimal
from functools import partial
from typing import Any, Final

from app.imports import cells
from app.imports.times import OutOfRangeError, Times
from indexer.fields import MAX_VALUE
from models.ids import MAX_ID_BYTES

BAD: Final = object()
_NUMBERS: Final = frozenset({int, float, Decimal})

Read = Callable[[Sequence[Any]], Sequence[Any]]
"""Cells as values, None where there is none; of a table "" where there is nothing, elsewhere None."""


def ids(column: Sequence[str]) -> Sequence[Any]:
    """Ids in printable ASCII, as nearly all are."""
    joined = "".join(column)
    if joined.isascii() and joined.isprintable() and " " not in joined and max(map(len, column)) <= MAX_ID_BYTES:
        return column if "" not in column else [cell or None for cell in column]
    return [(cell if _is_plain(cell) else BAD) if cell else None for cell in map(str.strip, column)]


def _is_plain(cell: str) -> bool:
    return cell.isascii() and cell.isprintable() and len(cell) <= MAX_ID_BYTES


def numbers(decimal: str | None) -> Read:
    """Finite numbers that are not negative; a dwell may not be, and who knows of others."""

    def read(column: Sequence[str]) -> Sequence[Any]:
        if decimal is None:
            try:
                return _within([float(cell) if cell else None for cell in column])
            except ValueError:
                pass
        return _within([cells.number(cell, decimal) if cell.strip() else None for cell in column])

    return read


def _within(values: list[Any]) -> list[Any]:
    return [value if value is None or (type(value) is not str and 0 <= value <= MAX_VALUE) else BAD for value in values]


def typed_ids(column: Sequence[Any]) -> Sequence[Any]:
    """Ids of files whose cells are values: text in printable ASCII without blanks, as nearly all are."""
    try:
        joined = "".join(column)
    except TypeError:  # some are no text, or there are none
        return [cell if cell is None or (type(cell) is str and _is_tight(cell)) else BAD for cell in column]
    if joined.isascii() and joined.isprintable() and " " not in joined and max(map(len, column)) <= MAX_ID_BYTES:
        return column if "" not in column else [cell or BAD for cell in column]
    return [cell if _is_tight(cell) else BAD for cell in column]


def _is_tight(cell: str) -> bool:
    return bool(cell) and _is_plain(cell) and " " not in cell


def typed_numbers(column: Sequence[Any]) -> Sequence[Any]:
    """Numbers likewise."""
    return [
        cell if cell is None else float(cell) if type(cell) in _NUMBERS and 0 <= cell <= MAX_VALUE else BAD
        for cell in column
    ]


def typed_names(column: Sequence[Any]) -> Sequence[Any]:
    """Names of types likewise."""
    return [cell if cell is None or type(cell) is str else BAD for cell in column]


def typed_times(how: Times) -> Read:
    """Times likewise: text as in a table, numbers where their unit is known, and moments with an offset."""
    written = times(how)

    def read(column: Sequence[Any]) -> Sequence[Any]:
        texts = written([cell if type(cell) is str else "" for cell in column])
        return [
            (found if cell else BAD) if type(cell) is str else None if cell is None else _typed_time(how, cell)
            for cell, found in zip(column, texts, strict=True)
        ]

    return read


def _typed_time(how: Times, cell: Any) -> Any:
    if how.checked:
        return BAD
    if isinstance(cell, datetime):
        return cell.astimezone(UTC) if cell.tzinfo is not None and 1 < cell.year < 9999 else BAD
    return _count(how, str(cell)) if how.unit is not None and type(cell) is int and cell >= 0 else BAD


def times(how: Times) -> Read:
    """Times as RFC 3339 writes them, numbers of a unit, and times without an offset where their zone is known."""
    if how.checked:
        return _alone
    if how.unit is not None:
        return partial(_counted, how)
    return partial(_written, how.zone)


def _alone(column: Sequence[str]) -> Sequence[Any]:
    return [BAD if cell else None for cell in column]


def _counted(how: Times, column: Sequence[str]) -> Sequence[Any]:
    return [(_count(how, cell) if cell.isdecimal() else BAD) if cell else None for cell in column]


def _count(how: Times, cell: str) -> Any:
    try:
        return how(cell)
    except OutOfRangeError:
        return BAD


def _written(zone: tzinfo | None, column: Sequence[str]) -> Sequence[Any]:
    return [_moment(cell, zone) if cell else None for cell in column]


def _moment(cell: str, zone: tzinfo | None) -> Any:
    if len(cell) < 19 or cell[4] != "-" or cell[7] != "-" or cell[10] not in "T " or cell[13] != ":" or cell[16] != ":":
        return BAD
    try:
        found = datetime.fromisoformat(cell)
    except ValueError:
        return BAD
    if found.tzinfo is UTC:
        return found
    if found.tzinfo is None:
        return BAD if zone is None else found.replace(tzinfo=zone).astimezone(UTC)
    return found.astimezone(UTC) if 1 < found.year < 9999 else BAD
