"""Request bodies: read within their limit, and taken apart into rows.

    application/json        one object, or an array of objects
    application/x-ndjson    one object a line; blank lines are skipped

NaN, Infinity and numbers too large for a double are not JSON. Of two members of the same name the last counts.
"""

from __future__ import annotations

import asyncio
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Final

import orjson
from fastapi import Request

from app.api.answers import JSON
from app.api.guard import asks_for_themselves
from app.api.headers import header
from app.api.request_log import call_of
from app.api.state import access_of, http_of
from app.errors import (
    BodyTooLargeError,
    BodyTooSlowError,
    InvalidPayloadError,
    MalformedBodyError,
    TooManyRowsError,
    UnsupportedMediaTypeError,
)
from indexer.problems import FieldProblem

NDJSON = "application/x-ndjson"
MERGE_PATCH = "application/merge-patch+json"
_GZIP: Final = 16 + zlib.MAX_WBITS
_NOT_GZIP: Final = "The body is not gzip, or is cut off."


@dataclass(frozen=True, slots=True)
class BodyRow:
    """One row of a body.

    Attributes:
        number: from 1; in NDJSON, the number of the line.
        value: what stands there; None where it could not be read.
        fault: why not.
    """

    number: int
    value: Any
    fault: FieldProblem | None = None


async def read_rows(request: Request) -> list[BodyRow]:
    """The rows of a JSON or NDJSON body.

    Raises:
        PenchantError: the body as a whole cannot be read, or is too large.
    """
    media_type = _media_type(request, (JSON, NDJSON))
    body = await read_bytes(request)
    rows = _lines(body) if media_type == NDJSON else _entries(parse(body))
    taken: list[BodyRow] = []
    max_rows = _max_rows(request)
    for row in rows:
        if len(taken) == max_rows:
            raise TooManyRowsError(max_rows)
        taken.append(row)
    return taken


def _max_rows(request: Request) -> int:
    """Most rows of a body: of a person's, no more than a person may tell of in a minute."""
    most = http_of(request).max_rows
    if not asks_for_themselves(request):
        return most
    rates = access_of(request).settings.rates
    return min(most, rates.user_rows, rates.user_events_per_minute or most)


async def read_object(
    request: Request, accepted: tuple[str, ...] = (JSON,), *, optional: bool = False
) -> dict[str, Any]:
    """The one object of a JSON body; {} for an empty body where that is allowed.

    Raises:
        PenchantError: the body is no JSON object, or is too large.
    """
    if not optional:
        _media_type(request, accepted)
    body = await read_bytes(request)
    if optional and not body.strip():
        return {}
    _media_type(request, accepted)
    content = parse(body)
    if not isinstance(content, dict):
        raise InvalidPayloadError([FieldProblem("", "must be an object")])
    return content


async def read_bytes(request: Request) -> bytes:
    """The body, unpacked; reading stops where it exceeds the limit.

    Raises:
        BodyTooLargeError: it is longer than the settings allow.
        BodyTooSlowError: it did not come in time.
        BodiesWaitingError: other bodies take the room.
    """
    seconds = http_of(request).body_seconds
    try:
        async with asyncio.timeout(seconds):
            return await _read_bytes(request, http_of(request).max_body_bytes)
    except TimeoutError as error:
        raise BodyTooSlowError(seconds) from error


async def _read_bytes(request: Request, limit: int) -> bytes:
    call = call_of(request.scope)
    announced = header(request.scope, b"content-length") or ""
    if announced.isdecimal() and int(announced) > limit:
        raise BodyTooLargeError(limit)
    body, unpack = bytearray(), zlib.decompressobj(_GZIP) if _encoding(request) == "gzip" else None
    async for chunk in request.stream():
        more = _unpacked(unpack, chunk, limit + 1 - len(body)) if unpack else chunk
        call.hold(len(more))
        body += more
        if len(body) > limit:
            raise BodyTooLargeError(limit)
    if unpack and (not unpack.eof or unpack.unused_data):
        raise MalformedBodyError(_NOT_GZIP)
    return bytes(body)


def _unpacked(unpack: zlib._Decompress, chunk: bytes, most: int) -> bytes:
    """What a part of a packed body holds, `most` bytes of it: no more is unpacked than may be read."""
    try:
        return unpack.decompress(chunk, most)
    except zlib.error as error:
        raise MalformedBodyError(_NOT_GZIP) from error


def _encoding(request: Request) -> str:
    return (header(request.scope, b"content-encoding") or "identity").strip().lower()


def parse(body: bytes) -> Any:
    """The JSON value of a whole body.

    Raises:
        MalformedBodyError: it is not JSON; the detail says where.
    """
    try:
        return orjson.loads(body)
    except orjson.JSONDecodeError as error:
        reason, line, column = _fault(body, error)
        raise MalformedBodyError(f"The body is not JSON: {reason} (line {line}, column {column}).") from error


def _media_type(request: Request, accepted: tuple[str, ...]) -> str:
    """The content type, which is never guessed."""
    named = header(request.scope, b"content-type") or ""
    media_type, _, parameters = (part.strip().lower() for part in named.partition(";"))
    choice = " or ".join(accepted)
    if _encoding(request) not in {"identity", "gzip"}:
        raise UnsupportedMediaTypeError("Of Content-Encodings, gzip is read and no other.", accepted)
    if not media_type:
        raise UnsupportedMediaTypeError(f"Say in Content-Type what the body is: {choice}.", accepted)
    if media_type not in accepted:
        raise UnsupportedMediaTypeError(f"The body must be {choice}.", accepted)
    if parameters.startswith("charset=") and parameters.removeprefix("charset=").strip('"') not in {"utf-8", "utf8"}:
        raise UnsupportedMediaTypeError("JSON is UTF-8; no other charset can be read.", accepted)
    return media_type


def _entries(content: Any) -> Iterator[BodyRow]:
    if not isinstance(content, dict | list):
        raise InvalidPayloadError([FieldProblem("", "must be an object or an array of objects")])
    for number, value in enumerate(content if isinstance(content, list) else [content], start=1):
        yield BodyRow(number, value)


def _lines(body: bytes) -> Iterator[BodyRow]:
    for number, line in enumerate(body.split(b"\n"), start=1):
        if line.strip():
            yield _line(number, line)


def _line(number: int, line: bytes) -> BodyRow:
    try:
        return BodyRow(number, orjson.loads(line))
    except orjson.JSONDecodeError as error:
        reason, _, column = _fault(line, error)
        return BodyRow(number, None, FieldProblem("", f"is not JSON: {reason} (column {column})"))


def _fault(text: bytes, error: orjson.JSONDecodeError) -> tuple[str, int, int]:
    """(reason, line, column): orjson does not say where text stops being UTF-8."""
    try:
        text.decode()
    except UnicodeDecodeError as broken:
        line_start = text.rfind(b"\n", 0, broken.start) + 1
        return "it is not UTF-8", text.count(b"\n", 0, broken.start) + 1, broken.start - line_start + 1
    return error.msg, error.lineno, error.colno
