"""`/admin/webhooks`: how webhooks stand, and once more what was given up."""

from __future__ import annotations

import asyncio
from typing import Annotated

from fastapi import APIRouter, Depends, Path, Request, Response

from app.api.answers import json_answer
from app.api.documentation import URL_ERRORS, answers
from app.api.queries import refuse_query
from app.api.schemas.webhooks import WebhookList, WebhookResent
from app.api.state import service_of
from app.errors import WebhookNotFoundError

router = APIRouter(prefix="/admin/webhooks", tags=["service"], dependencies=[Depends(refuse_query)])


@router.get(
    "",
    operation_id="list_webhooks",
    summary="See how webhooks stand",
    responses=answers(WebhookList, "Every webhook of the settings.", *URL_ERRORS),
)
async def list_webhooks(request: Request) -> Response:
    """What waits, what was given up and what was lost, of each. Neither urls nor secrets are told."""
    return json_answer({"webhooks": await asyncio.to_thread(service_of(request).webhooks.payload)})


@router.post(
    "/{name}/resend",
    operation_id="resend_webhook",
    summary="Send once more what a webhook did not take",
    responses=answers(WebhookResent, "How many messages wait once more.", WebhookNotFoundError, *URL_ERRORS),
)
async def resend_webhook(
    request: Request, name: Annotated[str, Path(description="Name of a webhook of the settings.")]
) -> Response:
    """Messages that were given up wait again, each under the id that it had."""
    return json_answer({"messages": await asyncio.to_thread(service_of(request).webhooks.again, name)})
