"""`/admin`: what a build of the index needs of a running service, which alone may open its database."""

from __future__ import annotations

import asyncio

from fastapi import APIRouter, Depends, Request, Response

from app.api.answers import json_answer
from app.api.bodies import NDJSON
from app.api.documentation import URL_ERRORS, answers, problems
from app.api.queries import refuse_query
from app.api.schemas.service import AwaitedItems
from app.api.schemas.status import ServiceStatus
from app.api.state import service_of

BINARY = "application/octet-stream"
_MOST_AWAITED = 100

router = APIRouter(prefix="/admin", tags=["service"], dependencies=[Depends(refuse_query)])

_ARCHIVE = {"description": "Arrays in numpy's archive format.", "content": {BINARY: {"schema": {"type": "string"}}}}
_LINES = {"description": "One change a line, in order of version.", "content": {NDJSON: {"schema": {"type": "string"}}}}


@router.get(
    "/items/changes",
    operation_id="item_changes",
    summary="Read what changed in the catalogue over HTTP",
    response_class=Response,
    responses={200: _LINES, **problems(*URL_ERRORS)},
)
async def item_changes(request: Request) -> Response:
    """The newest change of every item that was added, replaced or deleted over HTTP."""
    return Response(await service_of(request).item_changes(), media_type=NDJSON)


@router.get(
    "/status",
    operation_id="service_status",
    summary="See how every part of the service is",
    responses=answers(ServiceStatus, "All parts.", *URL_ERRORS),
)
async def service_status(request: Request) -> Response:
    """Writer, disk, last backup and build, the index, encoder, retention, rejected rows, and what goes on by itself."""
    service = service_of(request)
    readiness = service.readiness()
    told = await asyncio.to_thread(service.status.payload)
    return json_answer({name: readiness[name] for name in ("state", "reasons")} | told)


@router.get(
    "/awaited-items",
    operation_id="awaited_items",
    summary="Read for which items events wait",
    responses=answers(AwaitedItems, "Those with most events first.", *URL_ERRORS),
)
async def awaited_items(request: Request) -> Response:
    """Items that the catalogue does not have and on which people did something: at most a hundred.

    Where these ids are nearly those of the catalogue, it is worth a look how the two are written.
    """
    return json_answer({"items": await service_of(request).awaited_items(_MOST_AWAITED)})


@router.get(
    "/events",
    operation_id="training_events",
    summary="Read the events that the index may learn from",
    response_class=Response,
    responses={200: _ARCHIVE, **problems(*URL_ERRORS)},
)
async def training_events(request: Request) -> Response:
    """Positive events since each person's last reset, without ids of people and without those who opted out."""
    return Response(await service_of(request).training_events(), media_type=BINARY)
