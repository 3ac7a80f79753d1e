"""External ids in paths. An id may hold any character, so a client percent-encodes it: `/items/a%2Fb` is item `a/b`.

Servers decode a path before it is routed, which would make two segments of it. The middleware therefore decodes the
path as it was sent, segment by segment, and leaves the two characters encoded that would be misread: "/" and "%". The
path parameters' types decode these at last.
"""

from __future__ import annotations

from typing import Annotated
from urllib.parse import unquote_to_bytes

from fastapi import Path
from pydantic import BeforeValidator
from starlette.types import ASGIApp, Receive, Scope, Send

from app.api.problems import problem
from app.errors import MalformedUrlError
from indexer.fields import ExternalId


class EncodedPaths:
    """ASGI middleware: what is routed keeps an encoded slash apart from one that separates."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one connection."""
        if scope["type"] != "http" or b"%" not in (sent := _sent(scope)):
            await self._app(scope, receive, send)
            return
        try:
            path = routed(sent)
        except UnicodeDecodeError:
            await problem(MalformedUrlError("The path is not percent-encoded UTF-8."))(scope, receive, send)
            return
        await self._app({**scope, "path": path}, receive, send)


def routed(path: bytes) -> str:
    """The path as it was sent, decoded except for "%2F" and "%25".

    >>> routed(b"/items/caf%C3%A9%2F1%25")
    '/items/café%2F1%25'

    Raises:
        UnicodeDecodeError: it is not UTF-8.
    """
    return "/".join(_escaped(unquote_to_bytes(segment).decode()) for segment in path.split(b"/"))


def _sent(scope: Scope) -> bytes:
    """The path as it was sent; where the server does not say, as it was decoded, with its own % signs encoded."""
    raw: bytes | None = scope.get("raw_path")
    return scope["path"].replace("%", "%25").encode() if raw is None else raw


def _escaped(segment: str) -> str:
    return segment.replace("%", "%25").replace("/", "%2F")


def unescaped(segment: str) -> str:
    """An id as it is, from the segment of a routed path."""
    return segment.replace("%2F", "/").replace("%25", "%")


_DESCRIPTION = "1 to 256 bytes of UTF-8, percent-encoded: a slash is %2F."

ItemIdInPath = Annotated[ExternalId, BeforeValidator(unescaped), Path(description=f"Id of an item: {_DESCRIPTION}")]
UserIdInPath = Annotated[ExternalId, BeforeValidator(unescaped), Path(description=f"Id of a person: {_DESCRIPTION}")]
EventIdInPath = Annotated[ExternalId, BeforeValidator(unescaped), Path(description=f"Id of an event: {_DESCRIPTION}")]
