"""What is wrong with a row, in words: shared by files and HTTP, so that the same mistake reads the same in both."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Final

from pydantic import ValidationError

MAX_PROBLEMS = 20
"""Problems told of one row."""
MAX_PATH = 200
"""Characters of a field's path; names are whatever a client sent."""


@dataclass(frozen=True, slots=True)
class FieldProblem:
    """One thing that is wrong with a row.

    Attributes:
        field: path of the field, such as `tags.2`; empty for the row as a whole.
        message: a predicate, such as "must not be empty".
    """

    field: str
    message: str

    def __str__(self) -> str:
        return f"{self.field or 'the row'} {self.message}"


def problems(error: ValidationError) -> list[FieldProblem]:
    """What a model's validation found, in the order of its fields, at most MAX_PROBLEMS."""
    return problems_of(error.errors(include_url=False))


def problems_of(details: Iterable[Any]) -> list[FieldProblem]:
    """The same from pydantic's list of error details, which FastAPI hands on without the error itself.

    Args:
        details: mappings with `type`, `loc`, `msg`, `input` and `ctx`.
    """
    told = [FieldProblem(_path(detail["loc"]), _message(detail)) for detail in details]
    return told[:MAX_PROBLEMS]


_MESSAGES: Final = {
    "missing": "is required",
    "extra_forbidden": "is not a known field",
    "enum": "must be one of {expected}",
    "finite_number": "must be a finite number",
    "greater_than_equal": "must be at least {ge}",
    "less_than_equal": "must be at most {le}",
    "string_too_long": "is longer than {max_length} characters",
    "string_unicode": "holds half of a surrogate pair, which is not Unicode text",
    "too_long": "has more than {max_length} entries",
    "json_invalid": "is not valid JSON: {error}",
    "value_error": "{error}",
}
_WANTED: Final = {
    "string_type": "a string",
    "int_type": "a whole number",
    "int_from_float": "a whole number",
    "float_type": "a number",
    "bool_type": "true or false",
    "list_type": "a list",
    "dict_type": "an object",
    "model_type": "an object",
    "model_attributes_type": "an object",
}
_JSON_NAMES: Final[Mapping[type, str]] = {
    type(None): "null",
    bool: "true or false",
    int: "a number",
    float: "a number",
    str: "a string",
    list: "a list",
    dict: "an object",
}


def _message(detail: Mapping[str, Any]) -> str:
    kind = detail["type"]
    if kind in _MESSAGES:
        return printable(_MESSAGES[kind].format(**detail.get("ctx", {})))
    if kind in _WANTED:
        return f"must be {_WANTED[kind]}, not {_name(detail.get('input'))}"
    return printable(f"is wrong: {detail['msg']}")


def _name(value: object) -> str:
    return _JSON_NAMES.get(type(value), f"a {type(value).__name__}")


def _path(location: Iterable[object]) -> str:
    return printable(".".join(str(step) for step in location))[:MAX_PATH]


def printable(text: str) -> str:
    """Text that can be sent and logged: half surrogate pairs and control characters are shown as escapes."""
    return "".join(
        character if character.isprintable() else character.encode("unicode_escape").decode() for character in text
    )
