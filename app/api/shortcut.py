"""Shortcut: what most of all requests ask for passes by the router and what that does for the others.

What comes of them is the same: the same guard, the same endpoint, the same problem documents.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from typing import Final

from fastapi import Request, Response
from starlette.requests import ClientDisconnect
from starlette.types import ASGIApp, Receive, Scope, Send

from app.api.events import PATH as EVENTS
from app.api.events import ingest_events
from app.api.guard import admit
from app.api.problems import gone, problem
from app.api.queries import refuse_query
from app.api.recommend import PATH as RECOMMEND
from app.api.recommend import recommend
from app.api.similar import PATH as SIMILAR
from app.api.similar import similar
from app.errors import PenchantError

Endpoint = Callable[[Request], Awaitable[Response]]


async def _events(request: Request) -> Response:
    await refuse_query(request)
    return await ingest_events(request)


_ENDPOINTS: Final[Mapping[tuple[str, str], tuple[str, Endpoint]]] = {
    ("POST", EVENTS): ("ingest_events", _events),
    ("GET", RECOMMEND): ("recommend", recommend),
    ("GET", SIMILAR): ("similar", similar),
}
"""Operation and endpoint, by method and path."""


class Shortcut:
    """ASGI middleware before the router."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one connection."""
        found = _ENDPOINTS.get((scope["method"], scope["path"])) if scope["type"] == "http" else None
        if found is None:
            await self._app(scope, receive, send)
            return
        request, (operation, endpoint) = Request(scope, receive), found
        try:
            admit(request, operation, None)
            response = await endpoint(request)
        except PenchantError as error:
            response = problem(error)
        except ClientDisconnect:
            response = gone()
        await response(scope, receive, send)
