"""What an attribute of items is declared to be, and how a value is read as that.

What can be read in one way only is read so: `"49.90"` as a number, `"true"` as a boolean, `7` as a text, one text as a
list of it. Anything else is absent from the column, and told; the item itself is never refused for it.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from enum import StrEnum
from typing import Final, TypeAlias

from indexer.moments import moment
from models.config import Config


class AttributeType(StrEnum):
    """What the values of an attribute are."""

    NUMBER = "number"
    TEXT = "text"
    BOOLEAN = "boolean"
    DATE = "date"
    TEXTS = "texts"


class Attribute(Config):
    """An attribute of items by which they can be filtered."""

    type: AttributeType
    """`number`, `text`, `boolean`, `date`, or `texts` for a list of texts."""


Declaration: TypeAlias = Mapping[str, AttributeType]
Value: TypeAlias = float | str | bool | tuple[str, ...]

NAMES: Final[Mapping[AttributeType, str]] = {
    AttributeType.NUMBER: "a number",
    AttributeType.TEXT: "a text",
    AttributeType.BOOLEAN: "true or false",
    AttributeType.DATE: "a date",
    AttributeType.TEXTS: "a list of texts",
}
"""What a value must be, in words."""
_TRUTHS: Final = {"true": True, "false": False}


def declared(attributes: Mapping[str, Attribute]) -> dict[str, AttributeType]:
    """Type by name, of settings."""
    return {name: attribute.type for name, attribute in attributes.items()}


def value_of(kind: AttributeType, given: object) -> Value | None:
    """A value as its column keeps it, None where there is none: null, a blank text or an empty list.

    Numbers and dates are floats, dates in seconds since 1970.

    Raises:
        ValueError: it is of another type.
    """
    if given is None or given == [] or (isinstance(given, str) and not given.strip()):
        return None
    read = _READERS[kind](given)
    if read is None:
        raise ValueError(f"is not {NAMES[kind]}")
    return read


def _number(given: object) -> float | None:
    if isinstance(given, bool) or not isinstance(given, int | float | str):
        return None
    try:
        number = float(given)
    except ValueError:
        return None
    return number if math.isfinite(number) else None


def _text(given: object) -> str | None:
    if isinstance(given, str):
        return given.strip()
    if isinstance(given, bool) or not isinstance(given, int | float):
        return None
    return str(int(given)) if float(given).is_integer() else str(given)


def _boolean(given: object) -> bool | None:
    return _TRUTHS.get(given.strip().lower()) if isinstance(given, str) else given if isinstance(given, bool) else None


def _date(given: object) -> float | None:
    if isinstance(given, bool):
        return None
    try:
        return moment(given).timestamp()
    except ValueError:
        return None


def _texts(given: object) -> tuple[str, ...] | None:
    entries = [_text(each) for each in given] if isinstance(given, list) else [_text(given)]
    known = [each for each in entries if each is not None]
    return tuple(dict.fromkeys(each for each in known if each)) if len(known) == len(entries) else None


_READERS: Final = {
    AttributeType.NUMBER: _number,
    AttributeType.TEXT: _text,
    AttributeType.BOOLEAN: _boolean,
    AttributeType.DATE: _date,
    AttributeType.TEXTS: _texts,
}
