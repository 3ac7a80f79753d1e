"""Cells of a table as the values that fields hold: numbers, lists, objects, yes and no."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import date, time
from decimal import Decimal
from typing import Any, Final

import orjson

Convert = Callable[[Any], Any]
"""What a cell is to a field; what it cannot be comes back as it is, to be refused in the field's own words."""

_PLAIN: Final = re.compile(r"-?(?:0|[1-9]\d{0,14})(?:\.\d+)?(?:[eE][+-]?\d{1,2})?")
_GROUPED: Final = re.compile(r"-?\d{1,3}([.,' ])\d{3}(?:\1\d{3})*(?:[.,]\d+)?")
_DECIMALS: Final = re.compile(r"-?(?:\d+|\d{1,3}(?:\.\d{3})+),\d+")
_FEW_DECIMALS: Final = re.compile(r"-?(?:\d+|\d{1,3}(?:\.\d{3})+),\d{1,2}")
_YES_NO: Final = {"true": True, "false": False, "yes": True, "no": False, "1": True, "0": False}
_BETWEEN: Final = ("|", ";", " > ", ",")


def number(cell: Any, decimal: str | None = None) -> Any:
    """A number. A comma is one before decimals where the table says so, or where it can be nothing else.

    >>> [number(cell) for cell in ("3", "3.5", "3,5", "1,234", "x")]
    [3, 3.5, 3.5, '1,234', 'x']
    >>> [number(cell, ",") for cell in ("3,5", "1.234,50", "1.234")]
    [3.5, 1234.5, 1234]
    """
    if not isinstance(cell, str):
        return cell
    text = cell.strip()
    if decimal == ",":
        text = _without_groups(text, ".").replace(",", ".")
    elif decimal == ".":
        text = _without_groups(text, ",")
    elif "," in text and text.count(",") == 1 and "." not in text and not _GROUPED.fullmatch(text):
        text = text.replace(",", ".")
    try:
        return int(text)
    except ValueError:
        pass
    try:
        return float(text)
    except ValueError:
        return cell


def has_decimal_comma(cell: Any) -> bool:
    """Whether the comma of a cell can only stand before decimals.

    >>> [has_decimal_comma(cell) for cell in ("34,90", "1.200,5", "1,234", "34.90")]
    [True, True, False, False]
    """
    return isinstance(cell, str) and _FEW_DECIMALS.fullmatch(cell) is not None


def decimals(cell: Any) -> Any:
    """A number with decimals after a comma, as tables with semicolons write it; other text as it is."""
    return number(cell, ",") if isinstance(cell, str) and _DECIMALS.fullmatch(cell.strip()) else cell


def _without_groups(text: str, sign: str) -> str:
    found = _GROUPED.fullmatch(text)
    return text.replace(sign, "") if found and found[1] == sign else text


def entries(cell: Any) -> Any:
    """A list: as JSON or as Python writes one, or with bars, semicolons, arrows or commas between its entries.

    >>> entries("Action|Sci-Fi"), entries("['Action', 'Sci-Fi']"), entries("Drama, School"), entries("Rock")
    (['Action', 'Sci-Fi'], ['Action', 'Sci-Fi'], ['Drama', 'School'], ['Rock'])
    """
    if not isinstance(cell, str):
        return cell
    text = cell.strip()
    if text.startswith("[") and text.endswith("]"):
        listed = _json(text) if '"' in text else _json(text.replace("'", '"'))
        if isinstance(listed, list):
            return listed
        text = text[1:-1]
    sign = next((sign for sign in _BETWEEN if sign in text), None)
    return [part.strip() for part in text.split(sign) if part.strip()] if sign else [text]


def structure(cell: Any) -> Any:
    """An object that is written as JSON."""
    found = _json(cell) if isinstance(cell, str) else cell
    return cell if found is None else found


def yes_or_no(cell: Any) -> Any:
    """True or false, by the words for it."""
    return _YES_NO.get(cell.strip().lower(), cell) if isinstance(cell, str) else cell


def plain(value: Any) -> Any:
    """What JSON knows in place of what a typed file holds besides: times as text, decimals as numbers, no bytes.

    >>> from datetime import date
    >>> plain({"at": date(2026, 3, 1), "price": Decimal("9.90"), "raw": b"x"})
    {'at': '2026-03-01', 'price': 9.9, 'raw': None}
    """
    if isinstance(value, dict):
        return {name: plain(each) for name, each in value.items()}
    if isinstance(value, list):
        return [plain(each) for each in value]
    if isinstance(value, Decimal):
        return int(value) if value == value.to_integral_value() else float(value)
    if isinstance(value, date | time):
        return value.isoformat()
    return None if isinstance(value, bytes) else value


def scalar(cell: Any) -> Any:
    """A value of an attribute by its looks; digits that begin with 0, or are many, are a name.

    >>> [scalar(cell) for cell in ("12", "1.5", "007", "true", "red")]
    [12, 1.5, '007', True, 'red']
    """
    if not isinstance(cell, str):
        return cell
    text = cell.strip()
    if _PLAIN.fullmatch(text):
        return number(text, ".")
    return {"true": True, "false": False}.get(text.lower(), text)


def _json(text: str) -> Any:
    try:
        return orjson.loads(text)
    except orjson.JSONDecodeError:
        return None
