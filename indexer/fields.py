"""The kinds of field that items, events and users consist of, and how large each may be.

A validator raises ValueError with a predicate ("must not be empty"); `indexer.problems` adds the path of the field.
"""

from __future__ import annotations

import math
import re
from collections.abc import Callable
from datetime import datetime
from functools import cache
from typing import Annotated, Any
from urllib.parse import urlsplit
from zoneinfo import available_timezones

import orjson
from pydantic import AfterValidator, BeforeValidator, Field, ValidationInfo

from indexer.languages import ANY, canonical
from indexer.mends import Mend, Mends
from indexer.moments import NO_TIME, from_rfc3339, moment
from models.ids import MAX_ID_BYTES

MAX_TITLE = 1_000
"""Characters of a title."""
MAX_TEXT = 4_000_000
"""Characters of a text; an encoder reads its beginning only, see `indexer.content`."""
MAX_NAME = 1_000
"""Characters of a provider or role."""
MAX_GOAL = 500
"""Characters of a goal."""
MAX_URL = 2_048
"""Characters of a URL."""
MAX_LABEL = 100
"""Characters of a tag, format or sensitive topic."""
MAX_LABELS = 100
"""Entries of a list of tags, formats, languages, sensitive topics or goals."""
MAX_ATTRIBUTES_BYTES = 16_384
"""Bytes of `attributes`, written as JSON."""
MAX_CONTEXT_BYTES = 4_096
"""Bytes of an event's `context`, written as JSON."""
MAX_DEPTH = 8
"""Levels of objects and lists inside each other in `attributes` or `context`."""
MAX_VALUE = 1e9
"""Largest magnitude of an event's `value`."""
MAX_POSITION = 1_000_000
"""Largest position in a slate."""

_CONTROL = re.compile("[\x00-\x1f\x7f-\x9f]")
_SURROGATE = re.compile("[\ud800-\udfff]")
_INT64 = range(-(2**63), 2**63)


def _text(text: str) -> str:
    if "\0" in text:
        raise ValueError("holds a NUL character")
    if not text.isascii() and _SURROGATE.search(text):
        raise ValueError("holds half of a surrogate pair, which is not Unicode text")
    return text


def _line(text: str) -> str:
    if _CONTROL.search(text):
        raise ValueError("holds a control character")
    return _text(text)


def _id(text: str) -> str:
    if 0 < len(text) <= MAX_ID_BYTES and text.isascii() and text.isprintable():  # so are nearly all
        return text
    if not text:
        raise ValueError("must not be empty")
    if len(_line(text).encode()) > MAX_ID_BYTES:
        raise ValueError(f"is longer than {MAX_ID_BYTES} bytes of UTF-8")
    return text


def _words(text: str) -> str:
    spaced = " ".join(text.split())
    if not spaced:
        raise ValueError("must not be empty")
    return _line(spaced)


def _title(text: str) -> str:
    return _line(" ".join(text.split()))


def _label(text: str) -> str:
    label = _words(text).lower()
    if len(label) > MAX_LABEL:
        raise ValueError(f"is longer than {MAX_LABEL} characters")
    return label


def _language_range(text: str) -> str:
    return ANY if text.strip() == ANY else canonical(text)


def _url(text: str) -> str:
    try:
        parts = urlsplit(_line(text))
    except ValueError as error:
        raise ValueError(f"is no URL: {error}") from error
    if parts.scheme not in {"http", "https"} or not parts.netloc or " " in text:
        raise ValueError("must be an http or https URL")
    return text


def _distinct(entries: list[str]) -> list[str]:
    return list(dict.fromkeys(entries))


def is_url(text: str) -> bool:
    """Whether a text is a web address that an item may have."""
    try:
        return len(text) <= MAX_URL and bool(_url(text))
    except ValueError:
        return False


def id_text(value: object) -> object:
    """A whole number as the text that stands for it, 1 and 1.0 as "1"; anything else as it is.

    Tables often hold ids as floats because a row elsewhere has none. From 2^53 on those lose digits, so they stay
    numbers, which are refused.
    """
    if isinstance(value, bool) or not isinstance(value, int | float):
        return value
    if isinstance(value, int):
        return str(value)
    return str(int(value)) if value.is_integer() and abs(value) < 2**53 else value


def _time(value: object) -> datetime:
    found = moment(value) if isinstance(value, datetime) else from_rfc3339(value)
    if found is None:
        raise ValueError(NO_TIME)
    return found


def _any_time(value: object, info: ValidationInfo) -> datetime:
    if (written := from_rfc3339(value)) is not None:
        return written
    found = moment(value)
    if isinstance(info.context, Mends) and isinstance(value, str | int | float):
        info.context.note(Mend.DATE)
    return found


def _json_object(max_bytes: int) -> Callable[[object], object]:
    def check(value: object) -> object:
        if isinstance(value, dict):
            _check_json(value)
            if len(orjson.dumps(value)) > max_bytes:
                raise ValueError(f"is larger than {max_bytes} bytes of JSON")
        return value

    return check


def _check_json(root: dict[Any, Any]) -> None:
    """Refuse what JSON or a database could not hold; no recursion, so that depth cannot exhaust the stack."""
    pending: list[tuple[object, int]] = [(root, 1)]
    while pending:
        node, depth = pending.pop()
        if not isinstance(node, dict | list):
            _check_scalar(node)
            continue
        if depth > MAX_DEPTH:
            raise ValueError(f"is nested deeper than {MAX_DEPTH} levels")
        children = node
        if isinstance(node, dict):
            for key in node:
                _check_key(key)
            children = list(node.values())
        pending.extend((child, depth + 1) for child in children)


def _check_key(key: object) -> None:
    if not isinstance(key, str):
        raise ValueError("has a name that is not a string")  # noqa: TRY004 - pydantic reports ValueError, not TypeError
    _line(key)


def _check_scalar(value: object) -> None:
    if isinstance(value, str):
        _text(value)
    elif isinstance(value, float) and not math.isfinite(value):
        raise ValueError("holds a number that is not finite")
    elif isinstance(value, int) and value not in _INT64:
        raise ValueError("holds an integer beyond 64 bits")
    elif value is not None and not isinstance(value, str | int | float):
        raise ValueError(f"holds a {type(value).__name__}, which JSON does not know")


def _time_zone(name: str) -> str:
    if name not in _time_zones():
        raise ValueError("is not the name of a time zone, such as Europe/Berlin")
    return name


@cache
def _time_zones() -> frozenset[str]:
    return frozenset(available_timezones())


ExternalId = Annotated[str, AfterValidator(_id), Field(json_schema_extra={"minLength": 1})]
Title = Annotated[str, Field(max_length=MAX_TITLE), AfterValidator(_title)]
Text = Annotated[str, Field(max_length=MAX_TEXT), AfterValidator(_text)]
Name = Annotated[str, Field(max_length=MAX_NAME), AfterValidator(_words)]
Goal = Annotated[str, Field(max_length=MAX_GOAL), AfterValidator(_words)]
Url = Annotated[str, Field(max_length=MAX_URL), AfterValidator(_url)]
Label = Annotated[str, AfterValidator(_label)]
Language = Annotated[str, AfterValidator(canonical)]
LanguageRange = Annotated[str, AfterValidator(_language_range)]
TimeZone = Annotated[str, AfterValidator(_time_zone)]
Labels = Annotated[list[Label], Field(max_length=MAX_LABELS), AfterValidator(_distinct)]
LanguageRanges = Annotated[list[LanguageRange], Field(max_length=MAX_LABELS), AfterValidator(_distinct)]
Names = Annotated[list[Name], Field(max_length=MAX_LABELS), AfterValidator(_distinct)]
Goals = Annotated[list[Goal], Field(max_length=MAX_LABELS), AfterValidator(_distinct)]
Time = Annotated[datetime, BeforeValidator(_time)]
"""A time as the contract writes it."""
AnyTime = Annotated[datetime, BeforeValidator(_any_time)]
"""A time in any form that can be read in one way only, see `indexer.moments`."""
Value = Annotated[float, Field(allow_inf_nan=False, ge=-MAX_VALUE, le=MAX_VALUE)]
Position = Annotated[int, Field(ge=0, le=MAX_POSITION)]
Attributes = Annotated[dict[str, Any], BeforeValidator(_json_object(MAX_ATTRIBUTES_BYTES))]
Context = Annotated[dict[str, Any], BeforeValidator(_json_object(MAX_CONTEXT_BYTES))]
