"""Filters as they are written: text becomes a tree, by a grammar and with limits; what fields there are is not asked.

The parser keeps its stack itself (LALR), and each node is made as soon as its parts are there, so that no depth of
parentheses can exhaust anything before the limit is told.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any, Final, TypeAlias

from lark import Lark, Token, Transformer, UnexpectedCharacters, UnexpectedEOF, UnexpectedInput, UnexpectedToken, v_args
from lark.exceptions import VisitError

from app.filter_language.errors import FilterError
from indexer.moments import moment

MOST_CHARACTERS: Final = 8_000
"""Characters of a filter."""
MOST_TESTS: Final = 100
"""Comparisons of a filter."""
MOST_DEPTH: Final = 32
"""Levels of `not`, `and`, `or` and parentheses inside each other."""
MOST_VALUES: Final = 1_000
"""Values of one list."""
_SECONDS: Final = {"s": 1, "m": 60, "h": 3_600, "d": 86_400, "w": 604_800}
_ESCAPED: Final = re.compile(r"\\(.)", re.DOTALL)
_MOMENT: Final = re.compile(r"now(?:\s*([+-])\s*([\d.]+)\s*([smhdw]))?", re.IGNORECASE)
_EXPECTED: Final = {
    "NAME": "a field", "_NOT": "not", "LPAR": "(", "RPAR": ")", "COMMA": "a comma", "COMPARATOR": "= != < <= > or >=",
    "_IN": "in", "_CONTAINS": "contains", "_IS": "is", "_ABSENT": "absent", "_PRESENT": "present", "_AND": "and",
    "_OR": "or", "TEXT": 'a text in quotes', "NUMBER": "a number", "DATE": "a date", "MOMENT": "now", "TRUE": "true",
    "FALSE": "false", "_ANY": "any", "_ALL": "all", "$END": "the end",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Moment:
    """A moment counted from that of the request, in seconds."""

    offset: float


@dataclass(frozen=True, slots=True)
class Day:
    """A moment as it is written, in seconds since 1970."""

    seconds: float


Literal: TypeAlias = str | float | bool | Day | Moment


@dataclass(frozen=True, slots=True)
class Value:
    """A value, and how many characters stand before it."""

    literal: Literal
    position: int


@dataclass(frozen=True, slots=True)
class Field:
    """A field as it is named: `attribute` says that a declared attribute is meant, and no built-in field."""

    name: str
    attribute: bool
    position: int


@dataclass(frozen=True, slots=True)
class Test:
    """One field and what is asked of it.

    Attributes:
        field: which.
        operator: `= != < <= > >=`, `in`, `not in`, `contains any`, `contains all`, `absent`, `present` or `truth`.
        values: what it is compared with.
    """

    field: Field
    operator: str
    values: tuple[Value, ...] = ()
    depth: int = 1
    tests: int = 1


@dataclass(frozen=True, slots=True)
class Joined:
    """Parts that are joined by `and` or `or`, or one part with `not` before it."""

    operator: str
    parts: tuple[Node, ...]
    depth: int
    tests: int


Node: TypeAlias = Test | Joined


def parse(text: str) -> Node:
    """The tree of a filter.

    Raises:
        FilterError: it is too long, too deep, or not in the language.
    """
    if len(text) > MOST_CHARACTERS:
        raise FilterError(f"the filter is longer than {MOST_CHARACTERS:,} characters", MOST_CHARACTERS)
    if not text.strip():
        raise FilterError("the filter is empty; leave it out to ask for every item", 0)
    try:
        node: Any = _parser().parse(text)
    except UnexpectedInput as error:
        raise _unexpected(text, error) from error
    except VisitError as error:
        raise error.orig_exc from error
    tree: Node = node
    return tree


@cache
def _parser() -> Lark:
    grammar = (Path(__file__).parent / "grammar.lark").read_text(encoding="utf-8")
    return Lark(grammar, parser="lalr", lexer="basic", transformer=_Tree())


@v_args(inline=True)
class _Tree(Transformer[Token, Node]):
    """Makes a node of each rule."""

    def either(self, *parts: Node) -> Node:
        return _joined("or", parts)

    def both(self, *parts: Node) -> Node:
        return _joined("and", parts)

    def negation(self, part: Node) -> Node:
        return _joined("not", (part,))

    def comparison(self, field: Field, comparator: Token, value: Value) -> Node:
        return Test(field, str(comparator), (value,))

    def any_of(self, field: Field, values: tuple[Value, ...]) -> Node:
        return Test(field, "in", values)

    def none_of(self, field: Field, values: tuple[Value, ...]) -> Node:
        return Test(field, "not in", values)

    def contains(self, field: Field, value: Value) -> Node:
        return Test(field, "contains any", (value,))

    def contains_any(self, field: Field, values: tuple[Value, ...]) -> Node:
        return Test(field, "contains any", values)

    def contains_all(self, field: Field, values: tuple[Value, ...]) -> Node:
        return Test(field, "contains all", values)

    def absent(self, field: Field) -> Node:
        return Test(field, "absent")

    def present(self, field: Field) -> Node:
        return Test(field, "present")

    def truth(self, field: Field) -> Node:
        return Test(field, "truth")

    def field(self, token: Token) -> Field:
        bare = token.removeprefix("attributes.")
        return Field(bare.strip("`"), bare != token, token.start_pos or 0)

    def values(self, *values: Value) -> tuple[Value, ...]:
        if len(values) > MOST_VALUES:
            raise FilterError(f"a list has more than {MOST_VALUES:,} values", values[MOST_VALUES].position)
        return values

    def value(self, token: Token) -> Value:
        return Value(_literal(token), token.start_pos or 0)


def _joined(operator: str, parts: tuple[Node, ...]) -> Node:
    depth, tests = 1 + max(part.depth for part in parts), sum(part.tests for part in parts)
    if depth > MOST_DEPTH:
        raise FilterError(f"and, or and not are nested deeper than {MOST_DEPTH} levels", _first(parts[0]).position)
    if tests > MOST_TESTS:
        raise FilterError(f"the filter has more than {MOST_TESTS} comparisons", _first(parts[-1]).position)
    return Joined(operator, parts, depth, tests)


def _first(node: Node) -> Field:
    """The first field of a tree, by which its place is told."""
    while isinstance(node, Joined):
        node = node.parts[0]
    return node.field


def _literal(token: Token) -> Literal:
    if token.type == "TEXT":
        return _ESCAPED.sub(r"\1", token[1:-1])
    if token.type == "NUMBER":
        return float(token)
    if token.type == "MOMENT":
        return _counted(token)
    if token.type == "DATE":
        return _day(token)
    return token.type == "TRUE"


def _counted(token: Token) -> Moment:
    found = _MOMENT.fullmatch(token)
    sign, amount, unit = found.groups() if found else (None, None, None)
    if amount is None or unit is None:
        return Moment(0.0)
    return Moment((-1 if sign == "-" else 1) * float(amount) * _SECONDS[unit.lower()])


def _day(token: Token) -> Day:
    try:
        return Day(moment(str(token)).timestamp())
    except ValueError as error:
        raise FilterError(f"{token} {error}", token.start_pos or 0) from error


def _unexpected(text: str, error: UnexpectedInput) -> FilterError:
    if isinstance(error, UnexpectedEOF) or (isinstance(error, UnexpectedToken) and error.token.type == "$END"):
        accepted = error.expected if isinstance(error, UnexpectedEOF) else error.accepts or error.expected
        return FilterError(f"the filter ends where there should be {_list(accepted)}", len(text))
    position = error.pos_in_stream or 0
    if isinstance(error, UnexpectedToken):
        return FilterError(f"there is {str(error.token)!r} where there should be {_list(error.accepts)}", position)
    assert isinstance(error, UnexpectedCharacters)  # noqa: S101 - there are no others
    return FilterError(_misread(text, position), position)


def _misread(text: str, position: int) -> str:
    if text[position] in "\"'":
        return f"the text that begins with {text[position]} has no end"
    if text[position] == "`":
        return "the name that begins with ` has no end"
    return f"{text[position]!r} cannot be read; texts stand in quotes, and unusual names in `backquotes`"


def _list(accepted: Any) -> str:
    names = list(dict.fromkeys(_named(accepted)))
    return names[0] if len(names) == 1 else f"{', '.join(names[:-1])} or {names[-1]}"


def _named(accepted: Any) -> Iterator[str]:
    return (_EXPECTED[name] for name in _EXPECTED if name in accepted)
