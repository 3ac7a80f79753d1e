"""What a filter asks, as masks over columns of items.

A value that is absent meets no comparison, `!=` and `not in` included; `not` turns an answer round, and so holds for
it.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final, Protocol

import numpy as np
from numpy.typing import NDArray

from app.filter_language.fields import Kind, KnownField
from models.ids import Rows

Mask = NDArray[np.bool_]
_COMPARE: Final[Mapping[str, Callable[[Any, Any], Any]]] = {
    "=": np.equal,
    "!=": np.not_equal,
    "<": np.less,
    "<=": np.less_equal,
    ">": np.greater,
    ">=": np.greater_equal,
}


class Columns(Protocol):
    """The items that are filtered. `rows` None stands for all of them, in order."""

    def numbers(self, field: KnownField, rows: Rows | None) -> NDArray[np.float64]:
        """float64 [n]: numbers, or seconds since 1970; NaN where absent."""

    def truths(self, field: KnownField, rows: Rows | None) -> NDArray[np.int8]:
        """int8 [n]: 0 or 1; -1 where absent."""

    def codes(self, field: KnownField, rows: Rows | None) -> NDArray[np.int32]:
        """int32 [n]: codes of texts; -1 where absent."""

    def lists(self, field: KnownField, rows: Rows | None) -> tuple[NDArray[np.int64], NDArray[np.int32]]:
        """(positions, codes) of the entries of lists; positions ascend from 0 to n - 1."""

    def wanted(self, field: KnownField, texts: Sequence[str]) -> NDArray[np.bool_]:
        """Bool [words + 1]: by code which texts are meant; the last is False, and stands for what is absent."""

    def count(self, rows: Rows | None) -> int:
        """How many rows."""


@dataclass(slots=True)
class Moment:
    """When a filter is answered, and until when its answer is the same.

    Attributes:
        now: seconds since 1970.
        until: seconds since 1970.
    """

    now: float
    until: float = np.inf

    def compared(self, values: NDArray[np.float64], offset: float) -> float:
        """`now + offset`, to compare with `values`; the answer holds until it meets the next of these."""
        threshold = self.now + offset
        ahead = values >= threshold
        self.until = min(self.until, float(np.min(values, where=ahead, initial=np.inf)) - offset)
        return threshold


class Predicate(Protocol):
    """Tells items apart."""

    def __call__(self, columns: Columns, rows: Rows | None, moment: Moment) -> Mask:
        """Bool [n]: which rows it holds for."""


@dataclass(frozen=True, slots=True)
class Numeric:
    """Numbers and dates against values; `counted` values are seconds from now."""

    field: KnownField
    operator: str
    values: tuple[float, ...]
    counted: tuple[bool, ...]

    def __call__(self, columns: Columns, rows: Rows | None, moment: Moment) -> Mask:
        """Bool [n]: which rows it holds for."""
        found = columns.numbers(self.field, rows)
        operands = [
            moment.compared(found, value) if counted else value
            for value, counted in zip(self.values, self.counted, strict=True)
        ]
        if self.operator == "in":
            return np.asarray(np.isin(found, operands))
        if self.operator == "not in":
            return np.asarray(~np.isin(found, operands) & ~np.isnan(found))
        held = _COMPARE[self.operator](found, operands[0])
        return np.asarray(held & ~np.isnan(found) if self.operator == "!=" else held)


@dataclass(frozen=True, slots=True)
class Truth:
    """A boolean."""

    field: KnownField
    value: bool

    def __call__(self, columns: Columns, rows: Rows | None, moment: Moment) -> Mask:  # noqa: ARG002 - as all predicates
        """Bool [n]: which rows it holds for."""
        return np.asarray(columns.truths(self.field, rows) == int(self.value))


@dataclass(frozen=True, slots=True)
class Worded:
    """Texts among others, or, `outside`, not among them."""

    field: KnownField
    texts: tuple[str, ...]
    outside: bool = False

    def __call__(self, columns: Columns, rows: Rows | None, moment: Moment) -> Mask:  # noqa: ARG002 - as all predicates
        """Bool [n]: which rows it holds for."""
        codes, wanted = columns.codes(self.field, rows), columns.wanted(self.field, self.texts)
        if self.outside:
            return np.asarray(~wanted[codes] & (codes >= 0))
        return np.asarray(wanted[codes])


@dataclass(frozen=True, slots=True)
class Containing:
    """Lists of texts that hold any of some texts."""

    field: KnownField
    texts: tuple[str, ...]

    def __call__(self, columns: Columns, rows: Rows | None, moment: Moment) -> Mask:  # noqa: ARG002 - as all predicates
        """Bool [n]: which rows it holds for."""
        positions, codes = columns.lists(self.field, rows)
        held = np.zeros(columns.count(rows), dtype=np.bool_)
        held[positions[columns.wanted(self.field, self.texts)[codes]]] = True
        return held


@dataclass(frozen=True, slots=True)
class Absent:
    """What has no value."""

    field: KnownField

    def __call__(self, columns: Columns, rows: Rows | None, moment: Moment) -> Mask:  # noqa: ARG002 - as all predicates
        """Bool [n]: which rows it holds for."""
        kind = self.field.kind
        if kind in {Kind.NUMBER, Kind.DATE}:
            return np.isnan(columns.numbers(self.field, rows))
        if kind is Kind.BOOLEAN:
            return columns.truths(self.field, rows) < 0
        if kind is Kind.TEXTS:
            absent = np.ones(columns.count(rows), dtype=np.bool_)
            absent[columns.lists(self.field, rows)[0]] = False
            return absent
        return columns.codes(self.field, rows) < 0


@dataclass(frozen=True, slots=True)
class Negation:
    """What another does not hold for."""

    part: Predicate

    def __call__(self, columns: Columns, rows: Rows | None, moment: Moment) -> Mask:
        """Bool [n]: which rows it holds for."""
        return ~self.part(columns, rows, moment)


@dataclass(frozen=True, slots=True)
class Every:
    """What all parts hold for."""

    parts: tuple[Predicate, ...]

    def __call__(self, columns: Columns, rows: Rows | None, moment: Moment) -> Mask:
        """Bool [n]: which rows it holds for."""
        return np.asarray(np.logical_and.reduce([part(columns, rows, moment) for part in self.parts]))


@dataclass(frozen=True, slots=True)
class Some:
    """What any part holds for."""

    parts: tuple[Predicate, ...]

    def __call__(self, columns: Columns, rows: Rows | None, moment: Moment) -> Mask:
        """Bool [n]: which rows it holds for."""
        return np.asarray(np.logical_or.reduce([part(columns, rows, moment) for part in self.parts]))
