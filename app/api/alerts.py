"""`/insights/alerts`: what is watched, how it stands, and that somebody has seen it."""

from __future__ import annotations

import asyncio
from typing import Annotated

from fastapi import APIRouter, Depends, Path, Request, Response

from app.alerts.settings import AlertName
from app.api.answers import json_answer
from app.api.bodies import read_object
from app.api.documentation import BODY_ERRORS, URL_ERRORS, answers, body_of
from app.api.guard import key_of
from app.api.queries import refuse_query
from app.api.query_or_body import checked
from app.api.schemas.alerts import Alert, AlertList
from app.api.state import service_of
from app.requests.operators import AcknowledgementRequest

router = APIRouter(prefix="/insights", tags=["service"], dependencies=[Depends(refuse_query)])


@router.get(
    "/alerts",
    operation_id="list_alerts",
    summary="See what is wrong",
    responses=answers(AlertList, "Every alert, those that fire first.", *URL_ERRORS),
)
async def list_alerts(request: Request) -> Response:
    """How every alert stands, what was done about it, and what happened last."""
    return json_answer(await asyncio.to_thread(service_of(request).watch.payload))


@router.post(
    "/alerts/{name}/acknowledge",
    operation_id="acknowledge_alert",
    summary="Say that an alert has been seen",
    openapi_extra=body_of(AcknowledgementRequest, optional=True),
    responses=answers(Alert, "The alert.", *URL_ERRORS, *BODY_ERRORS),
)
async def acknowledge_alert(
    request: Request, name: Annotated[AlertName, Path(description="Name of an alert.")]
) -> Response:
    """It goes on firing until it is resolved; the next time that it fires it is to be seen anew."""
    wanted = checked(AcknowledgementRequest, await read_object(request, optional=True))
    watch = service_of(request).watch
    standing = await asyncio.to_thread(watch.acknowledge, name, key_of(request) or "", wanted.why)
    return json_answer(standing.model_dump(mode="json"))
