"""The HTTP layer as a whole: every router, every error as a problem document, and the OpenAPI document."""

from __future__ import annotations

from collections.abc import Sequence
from importlib.metadata import version
from typing import Any, Final

from fastapi import Depends, FastAPI
from starlette.middleware.cors import CORSMiddleware
from starlette.middleware.gzip import GZipMiddleware
from starlette.types import Lifespan

from app.api import (
    admin,
    alerts,
    audits,
    console,
    controls,
    docs,
    estimates,
    events,
    experiments,
    items,
    lists,
    metrics,
    pages,
    personalization,
    plots,
    policies,
    probes,
    problems,
    recommend,
    sessions,
    similar,
    tokens,
    transparency,
    users,
    webhooks,
)
from app.api.crashes import UnexpectedErrors
from app.api.documentation import DocumentedApi
from app.api.guard import guard
from app.api.head import AnsweredHead
from app.api.paths import EncodedPaths
from app.api.request_log import HEADER, Observed
from app.api.shortcut import Shortcut

_ROUTERS: Final = (
    recommend,
    events,
    similar,
    items,
    lists,
    users,
    controls,
    tokens,
    transparency,
    docs,
    pages,
    sessions,
    plots,
    admin,
    policies,
    personalization,
    metrics,
    audits,
    experiments,
    estimates,
    alerts,
    console,
    webhooks,
    probes,
)
"""Those that are called most stand first: routes are tried in this order."""

_TAGS: Final = [
    {"name": "recommendations", "description": "Slates for people, and neighbours of items and texts."},
    {"name": "events", "description": "What people did with items."},
    {"name": "items", "description": "The catalogue."},
    {"name": "people", "description": "What is held of a person: see it, edit it, reset it, erase it."},
    {"name": "insights", "description": "How the service does, by figures."},
    {"name": "service", "description": "What the service says of itself."},
    {"name": "pages", "description": "What a browser shows, and what these pages need besides the rest."},
    {"name": "probes", "description": "For whoever starts, watches and balances the service."},
]
_CORS_METHODS: Final = ("GET", "POST", "PUT", "PATCH", "DELETE")
_CORS_HEADERS: Final = ("Authorization", "Content-Type", "If-Match", "If-None-Match", "X-API-Key", HEADER)
_LEAST_COMPRESSED: Final = 2_048
"""Bytes from which an answer is compressed for callers that accept gzip; below, it is a packet or two anyway."""
_DESCRIPTION: Final = """\
JSON in and out; times as in RFC 3339, with an offset; every error is a problem document (RFC 9457).
Unknown fields and query parameters are refused. Ids in paths are percent-encoded: a slash is `%2F`.
Every answer bears an `X-Request-Id`, the caller's own if it sends one."""


def build(lifespan: Lifespan[Any], cors_origins: Sequence[str] = ()) -> FastAPI:
    """The application; `lifespan` yields an `app.api.state.State`, and pages of `cors_origins` may call it.

    The page of the documentation is our own, since the usual ones are loaded from other people's servers.
    """
    app = DocumentedApi(
        title="Penchant",
        version=version("penchant"),
        summary="Personalisation for one person at a time.",
        description=_DESCRIPTION,
        openapi_tags=_TAGS,
        lifespan=lifespan,
        dependencies=[Depends(guard)],
        docs_url=None,
        redoc_url=None,
        redirect_slashes=False,
        separate_input_output_schemas=False,
    )
    for module in _ROUTERS:
        app.include_router(module.router)
    problems.install(app)
    app.add_middleware(EncodedPaths)
    app.add_middleware(Shortcut)
    app.add_middleware(GZipMiddleware, minimum_size=_LEAST_COMPRESSED, compresslevel=1)
    app.add_middleware(UnexpectedErrors)
    if cors_origins:
        app.add_middleware(
            CORSMiddleware,
            allow_origins=cors_origins,
            allow_methods=_CORS_METHODS,
            allow_headers=_CORS_HEADERS,
            expose_headers=["ETag", "Retry-After", HEADER],
        )
    app.add_middleware(AnsweredHead)
    app.add_middleware(Observed)
    return app
