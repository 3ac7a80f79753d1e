"""Shortcut: single events are most of all requests, so they pass by the router and what it does for the others.

What comes of them is the same: the same guard, the same endpoint, the same problem documents.
"""

from __future__ import annotations

from typing import Final

from fastapi import Request
from starlette.middleware.gzip import GZipMiddleware
from starlette.requests import ClientDisconnect
from starlette.types import ASGIApp, Receive, Scope, Send

from app.api.events import PATH, ingest_events
from app.api.guard import admit
from app.api.problems import gone, problem
from app.api.queries import refuse_query
from app.errors import PenchantError

LEAST_COMPRESSED: Final = 2_048
"""Bytes from which an answer is compressed for callers that accept gzip; below, it is a packet or two anyway."""


class Shortcut:
    """ASGI middleware before the router."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one connection."""
        if scope["type"] != "http" or scope["path"] != PATH or scope["method"] != "POST":
            await self._app(scope, receive, send)
            return
        request = Request(scope, receive)
        try:
            admit(request, ingest_events.__name__, None)
            await refuse_query(request)
            response = await ingest_events(request)
        except PenchantError as error:
            response = problem(error)
        except ClientDisconnect:
            response = gone()
        large = len(response.body) >= LEAST_COMPRESSED
        compressed = GZipMiddleware(response, LEAST_COMPRESSED, compresslevel=1) if large else response
        await compressed(scope, receive, send)
