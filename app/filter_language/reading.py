"""From text to a filter: parsed, held to the fields that there are, and remembered by its text."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from typing import Final

from app.filter_language.errors import FilterError
from app.filter_language.fields import Fields, Kind, KnownField
from app.filter_language.predicates import (
    Absent,
    Columns,
    Containing,
    Every,
    Mask,
    Moment,
    Negation,
    Numeric,
    Predicate,
    Some,
    Truth,
    Worded,
)
from app.filter_language.syntax import Day, Joined, Node, Test, Value, parse
from app.filter_language.syntax import Moment as Counted
from indexer.languages import canonical
from indexer.moments import moment
from models.ids import Rows

_REMEMBERED: Final = 1_000
_ORDERED: Final = frozenset({"=", "!=", "<", "<=", ">", ">=", "in", "not in"})
_EQUAL: Final = frozenset({"=", "!=", "in", "not in"})
_ASKED: Final = {
    Kind.NUMBER: _ORDERED,
    Kind.DATE: _ORDERED,
    Kind.TEXT: _EQUAL,
    Kind.LANGUAGE: _EQUAL,
    Kind.ID: _EQUAL,
    Kind.BOOLEAN: frozenset({"=", "!=", "truth"}),
    Kind.TEXTS: frozenset({"contains any", "contains all"}),
}
"""What can be asked of each kind, besides whether there is a value."""
_MENDS: Final = {
    Kind.NUMBER: "compare it, as in {name} < 50",
    Kind.DATE: "compare it, as in {name} > now-30d",
    Kind.TEXT: 'ask {name} = "...", or {name} in ("...", "...")',
    Kind.LANGUAGE: 'ask {name} = "en", or {name} in ("en", "de")',
    Kind.ID: 'ask {name} in ("...", "...")',
    Kind.BOOLEAN: "ask {name} or not {name}",
    Kind.TEXTS: 'ask {name} contains "...", or {name} contains any ("...", "...")',
}


@dataclass(frozen=True, slots=True)
class Filter:
    """A filter that fits the fields.

    Attributes:
        text: as it was written, without blanks around it.
        predicate: what it asks.
    """

    text: str
    predicate: Predicate

    def mask(self, columns: Columns, now: float, rows: Rows | None = None) -> tuple[Mask, float]:
        """(bool [n]: which rows are asked for, until when this stays so as long as no item changes)."""
        at = Moment(now)
        return self.predicate(columns, rows, at), at.until


@lru_cache(_REMEMBERED)
def read(text: str, fields: Fields) -> Filter:
    """The filter that a text writes.

    Raises:
        FilterError: it is not in the language, names what is not there, or compares what cannot be compared.
    """
    return Filter(text.strip(), _predicate(parse(text), fields))


def _predicate(node: Node, fields: Fields) -> Predicate:
    if isinstance(node, Test):
        return _asked(node, fields.find(node.field))
    parts = tuple(_predicate(part, fields) for part in node.parts)
    return _joined(node, parts)


def _joined(node: Joined, parts: tuple[Predicate, ...]) -> Predicate:
    if node.operator == "not":
        return Negation(parts[0])
    return Every(parts) if node.operator == "and" else Some(parts)


def _asked(test: Test, field: KnownField) -> Predicate:
    if test.operator in {"absent", "present"}:
        return Absent(field) if test.operator == "absent" else Negation(Absent(field))
    if test.operator not in _ASKED[field.kind]:
        mend = _MENDS[field.kind].format(name=field.name)
        raise FilterError(f"{field.name} is {field.kind}: {mend}", test.field.position)
    if field.kind in {Kind.NUMBER, Kind.DATE}:
        return _numeric(test, field)
    return _truth(test, field) if field.kind is Kind.BOOLEAN else _worded(test, field)


def _worded(test: Test, field: KnownField) -> Predicate:
    texts = tuple(_text(each, field) for each in test.values)
    if test.operator == "contains all":
        return Every(tuple(Containing(field, (text,)) for text in texts))
    if test.operator == "contains any":
        return Containing(field, texts)
    return Worded(field, texts, outside=test.operator in {"!=", "not in"})


def _numeric(test: Test, field: KnownField) -> Predicate:
    read_one = _moment if field.kind is Kind.DATE else _number
    values = [read_one(each, field) for each in test.values]
    counted = tuple(isinstance(each.literal, Counted) for each in test.values)
    return Numeric(field, test.operator, tuple(values), counted)


def _truth(test: Test, field: KnownField) -> Predicate:
    if test.operator == "truth":
        return Truth(field, value=True)
    given = test.values[0]
    if not isinstance(given.literal, bool):
        raise _mistyped(given, field, "write true or false")
    return Truth(field, value=given.literal == (test.operator == "="))


def _number(given: Value, field: KnownField) -> float:
    if isinstance(given.literal, float):
        return given.literal
    raise _mistyped(given, field, "write it without quotes" if isinstance(given.literal, str) else "write a number")


def _moment(given: Value, field: KnownField) -> float:
    literal = given.literal
    if isinstance(literal, Day):
        return literal.seconds
    if isinstance(literal, Counted):
        return literal.offset
    if isinstance(literal, str):
        try:
            return moment(literal).timestamp()
        except ValueError as error:
            raise FilterError(f'"{literal}" {error}', given.position) from error
    raise _mistyped(given, field, "write 2026-01-31, 2026-01-31T12:00:00Z or now-30d")


def _text(given: Value, field: KnownField) -> str:
    if not isinstance(given.literal, str):
        raise _mistyped(given, field, "put it in quotes")
    if field.kind is Kind.LANGUAGE and given.literal != "*":
        try:
            return canonical(given.literal)
        except ValueError as error:
            raise FilterError(f'"{given.literal}" {error}', given.position) from error
    return given.literal


def _mistyped(given: Value, field: KnownField, mend: str) -> FilterError:
    return FilterError(f"{field.name} is {field.kind}, and this is {_kind_of(given)}: {mend}", given.position)


def _kind_of(given: Value) -> str:
    kinds = {bool: "true or false", float: "a number", str: "a text"}
    return kinds.get(type(given.literal), "a date")
