"""What may be found, as a condition over columns of numbers that every engine can be told.

Columns hold numbers only: whoever publishes texts gives their codes. What is absent has a number of its own, so that no
engine's idea of NULL matters, and a condition is true or false of every row.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, Final, TypeAlias

import numpy as np
from numpy.typing import NDArray

ABSENT_INTEGER: Final = -(2**62)
"""In integer columns, what has no value; below every value."""
ABSENT_NUMBER: Final = -1e300
"""The same in columns of numbers."""
OPERATORS: Final[Mapping[str, Callable[[Any, Any], Any]]] = {
    "=": np.equal,
    "!=": np.not_equal,
    "<": np.less,
    "<=": np.less_equal,
    ">": np.greater,
    ">=": np.greater_equal,
}


class Kind(StrEnum):
    """What a column holds of each row."""

    INTEGER = "integer"
    NUMBER = "number"
    INTEGERS = "integers"


@dataclass(frozen=True, slots=True)
class Lists:
    """A column of lists: int64 [n + 1], where each begins, and int64 [m], what they hold."""

    offsets: NDArray[np.int64]
    values: NDArray[np.int64]

    def __getitem__(self, rows: slice) -> Lists:
        """Some rows in a row."""
        start, end, _ = rows.indices(len(self.offsets) - 1)
        offsets = self.offsets[start : end + 1]
        return Lists(offsets - offsets[0], self.values[offsets[0] : offsets[-1]])

    def tolist(self) -> list[list[int]]:
        """A list a row."""
        return [part.tolist() for part in np.split(self.values, self.offsets[1:-1])] if len(self.offsets) > 1 else []


Column: TypeAlias = NDArray[Any] | Lists
"""int64 [n], float64 [n] or lists."""


@dataclass(frozen=True, slots=True)
class Comparison:
    """A column against one value; the operators are those of `OPERATORS`."""

    field: str
    operator: str
    value: float


@dataclass(frozen=True, slots=True)
class Membership:
    """A column's value among some."""

    field: str
    values: tuple[float, ...]


@dataclass(frozen=True, slots=True)
class Overlap:
    """Lists that hold any of some values."""

    field: str
    values: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Every:
    """What all parts hold for; all rows where there are none."""

    parts: tuple[Condition, ...]


@dataclass(frozen=True, slots=True)
class Some:
    """What any part holds for; no row where there are none."""

    parts: tuple[Condition, ...]


@dataclass(frozen=True, slots=True)
class Negation:
    """What another does not hold for."""

    part: Condition


Condition: TypeAlias = Comparison | Membership | Overlap | Every | Some | Negation
EVERYTHING: Final = Every(())


def mask(condition: Condition, columns: Mapping[str, Column], count: int) -> NDArray[np.bool_]:
    """Bool [count]: which rows a condition holds for."""
    if isinstance(condition, Every | Some):
        parts = [mask(part, columns, count) for part in condition.parts]
        whole = isinstance(condition, Every)
        return np.asarray((np.logical_and if whole else np.logical_or).reduce([np.full(count, whole), *parts]))
    if isinstance(condition, Negation):
        return ~mask(condition.part, columns, count)
    column = columns[condition.field]
    if isinstance(condition, Comparison):
        return np.asarray(OPERATORS[condition.operator](column, condition.value))
    if isinstance(condition, Membership):
        return np.isin(np.asarray(column), condition.values)
    return _overlapping(column, condition.values)


def _overlapping(column: Column, values: tuple[int, ...]) -> NDArray[np.bool_]:
    assert isinstance(column, Lists)  # noqa: S101 - of this kind by its field
    held = np.zeros(len(column.offsets) - 1, dtype=np.bool_)
    places = np.repeat(np.arange(len(held)), np.diff(column.offsets))
    held[places[np.isin(column.values, values)]] = True
    return held


def pushable(condition: Condition, known: Mapping[str, Kind]) -> tuple[Condition, bool]:
    """(what of it can be asked where only some columns are known, whether that is all of it).

    What is left holds for every row that the whole holds for, and for others too where it is not all.
    """
    if isinstance(condition, Every):
        parts = [pushable(part, known) for part in condition.parts]
        return Every(tuple(part for part, _ in parts if part != EVERYTHING)), all(whole for _, whole in parts)
    if isinstance(condition, Some):
        parts = [pushable(part, known) for part in condition.parts]
        if any(part == EVERYTHING for part, _ in parts):
            return EVERYTHING, all(whole for _, whole in parts)
        return Some(tuple(part for part, _ in parts)), all(whole for _, whole in parts)
    if isinstance(condition, Negation):
        _, whole = pushable(condition.part, known)
        return (condition, True) if whole else (EVERYTHING, False)
    return (condition, True) if condition.field in known else (EVERYTHING, False)
