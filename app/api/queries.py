"""Query strings: read into the same values that a JSON body would hold, so that the same models check both."""

from __future__ import annotations

import re
from functools import cache
from types import NoneType, UnionType
from typing import Annotated, Any, Final, Union, get_args, get_origin
from urllib.parse import parse_qsl

from fastapi import Request
from pydantic import BaseModel

from app.errors import InvalidPayloadError, MalformedUrlError
from indexer.problems import FieldProblem

_WHOLE_NUMBER: Final = re.compile(r"[+-]?\d{1,18}", re.ASCII)
_TRUTH: Final = {"true": True, "false": False, "1": True, "0": False}


def read_query(request: Request, model: type[BaseModel]) -> dict[str, Any]:
    """The query's parameters as values for `model`; those of list fields may be repeated, others may not.

    Raises:
        MalformedUrlError: the query is not percent-encoded UTF-8.
        InvalidPayloadError: a parameter is repeated that may not be.
    """
    kinds = field_kinds(model)
    values: dict[str, Any] = {}
    for name, text in _pairs(request):
        kind = kinds.get(name, str)
        if kind is list:
            values.setdefault(name, []).append(text)
        elif name in values:
            raise InvalidPayloadError([FieldProblem(name, "is given more than once")])
        else:
            values[name] = _value(kind, text)
    return values


async def refuse_query(request: Request) -> None:
    """For endpoints without parameters: what would be ignored is refused, lest somebody rely on it.

    Raises:
        InvalidPayloadError: there is a query.
    """
    if request.scope["query_string"]:
        names = dict.fromkeys(name for name, _ in _pairs(request))
        raise InvalidPayloadError([FieldProblem(name, "is not a known query parameter") for name in names])


@cache
def field_kinds(model: type[BaseModel]) -> dict[str, type]:
    """The plain type of each field: `str` for `Annotated[str, ...] | None`, `list` for a list of anything."""
    return {name: _plain(field.annotation) for name, field in model.model_fields.items()}


def _plain(annotation: Any) -> type:
    origin = get_origin(annotation)
    if origin is Annotated:
        return _plain(get_args(annotation)[0])
    if origin in {Union, UnionType}:
        return _plain(next(choice for choice in get_args(annotation) if choice is not NoneType))
    plain: type = origin or annotation
    return plain


def _pairs(request: Request) -> list[tuple[str, str]]:
    try:
        query = request.scope["query_string"].decode()
        return parse_qsl(query, keep_blank_values=True, errors="strict")
    except UnicodeDecodeError as error:
        raise MalformedUrlError("The query is not percent-encoded UTF-8.") from error


def _value(kind: type, text: str) -> Any:
    """`text` as a number or truth value where that is wanted and possible; the model complains about the rest."""
    if kind is int and _WHOLE_NUMBER.fullmatch(text):
        return int(text)
    return _TRUTH.get(text.lower(), text) if kind is bool else text
