"""Every error as a problem document (RFC 9457, application/problem+json)."""

from __future__ import annotations

from http import HTTPStatus
from typing import Any

import orjson
from fastapi import FastAPI, Request, Response
from fastapi.exceptions import RequestValidationError
from fastapi.routing import iter_route_contexts
from starlette.exceptions import HTTPException
from starlette.requests import ClientDisconnect

from app.api.answers import PROBLEM_JSON
from app.errors import (
    InvalidPayloadError,
    MethodNotAllowedError,
    PenchantError,
    UnknownPathError,
)
from indexer.problems import problems_of


def install(app: FastAPI) -> None:
    """Make every error that `app` meets a problem document."""
    app.add_exception_handler(PenchantError, _answer_ours)
    app.add_exception_handler(RequestValidationError, _answer_invalid)
    app.add_exception_handler(HTTPException, _answer_plain)
    app.add_exception_handler(ClientDisconnect, _answer_nobody)


def problem(error: PenchantError) -> Response:
    """The problem document of one of our errors."""
    return _document(error.status, document_of(error), error.headers)


def document_of(error: PenchantError) -> dict[str, Any]:
    """The members of the problem document."""
    standard = {"type": error.type, "title": error.title, "status": error.status, "detail": error.detail}
    return standard | error.members


def gone() -> Response:
    """The client has gone before its body was read: nobody will read this, and nothing went wrong here."""
    return Response(status_code=HTTPStatus.BAD_REQUEST)


def _document(status: int, members: dict[str, Any], headers: dict[str, str]) -> Response:
    return Response(orjson.dumps(members), status, headers, media_type=PROBLEM_JSON)


async def _answer_ours(_: Request, error: Exception) -> Response:
    assert isinstance(error, PenchantError)  # noqa: S101 - what this is registered for
    return problem(error)


async def _answer_invalid(_: Request, error: Exception) -> Response:
    """What FastAPI checks itself: ids in paths."""
    assert isinstance(error, RequestValidationError)  # noqa: S101 - what this is registered for
    inside = [{**detail, "loc": detail["loc"][1:]} for detail in error.errors()]
    return problem(InvalidPayloadError(problems_of(inside)))


async def _answer_plain(request: Request, error: Exception) -> Response:
    """What Starlette answers without an endpoint: chiefly 404 and 405."""
    assert isinstance(error, HTTPException)  # noqa: S101 - what this is registered for
    if error.status_code == HTTPStatus.NOT_FOUND:
        return problem(UnknownPathError("Nothing is served at this path; /openapi.json lists what is."))
    if error.status_code == HTTPStatus.METHOD_NOT_ALLOWED:
        return problem(MethodNotAllowedError(request.method, allowed_methods(request)))
    status = HTTPStatus(error.status_code)
    members = {"type": "about:blank", "title": status.phrase, "status": status.value, "detail": error.detail}
    return _document(status.value, members, dict(error.headers or {}))


async def _answer_nobody(_request: Request, _error: Exception) -> Response:
    return gone()


def allowed_methods(request: Request) -> set[str]:
    """Every method that the request's path has: routing itself names those of the first route only."""
    path = request.scope["path"]
    contexts = iter_route_contexts(request.app.routes)
    return {method for context in contexts if context.path_regex.match(path) for method in context.methods or ()}
