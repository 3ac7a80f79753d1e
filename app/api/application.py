"""The HTTP layer as a whole: every router, every error as a problem document, and the OpenAPI document."""

from __future__ import annotations

from importlib.metadata import version
from typing import Any, Final

from fastapi import FastAPI
from starlette.types import Lifespan

from app.api import admin, events, items, probes, problems, recommend, similar, transparency, users
from app.api.crashes import UnexpectedErrors
from app.api.documentation import DocumentedApi
from app.api.paths import EncodedPaths

_ROUTERS: Final = (recommend, events, similar, items, users, transparency, admin, probes)
"""Those that are called most stand first: routes are tried in this order."""

_TAGS: Final = [
    {"name": "recommendations", "description": "Slates for people, and neighbours of items and texts."},
    {"name": "events", "description": "What people did with items."},
    {"name": "items", "description": "The catalogue."},
    {"name": "people", "description": "What is held of a person: see it, edit it, reset it, erase it."},
    {"name": "service", "description": "What the service says of itself."},
    {"name": "probes", "description": "For whoever starts, watches and balances the service."},
]
_DESCRIPTION: Final = """\
JSON in and out; times as in RFC 3339, with an offset; every error is a problem document (RFC 9457).
Unknown fields and query parameters are refused. Ids in paths are percent-encoded: a slash is `%2F`."""


def build(lifespan: Lifespan[Any]) -> FastAPI:
    """The application; `lifespan` yields an `app.api.state.State`.

    There are no pages for the documentation, since the usual ones are loaded from other people's servers.
    """
    app = DocumentedApi(
        title="Penchant",
        version=version("penchant"),
        summary="Personalisation for one person at a time.",
        description=_DESCRIPTION,
        openapi_tags=_TAGS,
        lifespan=lifespan,
        docs_url=None,
        redoc_url=None,
        redirect_slashes=False,
        separate_input_output_schemas=False,
    )
    for module in _ROUTERS:
        app.include_router(module.router)
    problems.install(app)
    app.add_middleware(EncodedPaths)
    app.add_middleware(UnexpectedErrors)
    return app
