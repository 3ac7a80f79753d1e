"""A plain reading of filters, one item at a time, to which masks are held."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Any

import pytest

COMPARE: dict[str, Callable[[Any, Any], bool]] = {
    "=": lambda a, b: a == b,
    "!=": lambda a, b: a != b,
    "<": lambda a, b: a < b,
    "<=": lambda a, b: a <= b,
    ">": lambda a, b: a > b,
    ">=": lambda a, b: a >= b,
}


def written(value: Any) -> str:
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, tuple):
        sign, days = value
        return f"now{sign}{days}d"
    return f'"{value}"' if isinstance(value, str) else repr(value)


def text_of(tree: Any) -> str:
    """A tree as a caller writes it: ("and", a, b), ("not", a), or (field, operator, value)."""
    if tree[0] in {"and", "or"}:
        return "(" + f" {tree[0]} ".join(text_of(part) for part in tree[1:]) + ")"
    if tree[0] == "not":
        return f"not {text_of(tree[1])}"
    field, operator, value = tree
    if operator in {"is absent", "is present", ""}:
        return f"{field} {operator}"
    listed = isinstance(value, list)
    return f"{field} {operator} " + (f"({', '.join(map(written, value))})" if listed else written(value))


def holds(tree: Any, item: dict[str, Any], now: datetime) -> bool:
    """Whether a filter holds for an item: the language's rules, said once more and without columns."""
    if tree[0] in {"and", "or"}:
        return (all if tree[0] == "and" else any)(holds(part, item, now) for part in tree[1:])
    if tree[0] == "not":
        return not holds(tree[1], item, now)
    field, operator, asked = tree
    value = item.get(field)
    absent = value in (None, [])
    if operator in {"is absent", "is present"}:
        return absent == (operator == "is absent")
    if field.startswith("published"):
        asked = [moment(each, now) for each in asked] if isinstance(asked, list) else moment(asked, now)
    return not absent and meets(operator, value, asked)


def meets(operator: str, value: Any, asked: Any) -> bool:
    rules: dict[str, Callable[[], bool]] = {
        "": lambda: value is True,
        "contains": lambda: asked in value,
        "contains any": lambda: any(each in value for each in asked),
        "contains all": lambda: all(each in value for each in asked),
        "in": lambda: value in asked,
        "not in": lambda: value not in asked,
    }
    return rules[operator]() if operator in rules else COMPARE[operator](value, asked)


def moment(asked: Any, now: datetime) -> float:
    if isinstance(asked, tuple):
        return now.timestamp() + (-1 if asked[0] == "-" else 1) * asked[1] * 86_400
    return datetime.fromisoformat(asked).timestamp()


@pytest.fixture(scope="session")
def oracle() -> Callable[[Any, dict[str, Any], datetime], bool]:
    return holds


@pytest.fixture(scope="session")
def as_text() -> Callable[[Any], str]:
    return text_of
