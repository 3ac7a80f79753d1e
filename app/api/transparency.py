"""`/transparency`: what anyone may know of how answers are made."""

from __future__ import annotations

from fastapi import APIRouter, Depends, Request, Response

from app.api.answers import json_answer
from app.api.documentation import URL_ERRORS, answers
from app.api.queries import refuse_query
from app.api.schemas.service import Transparency
from app.api.state import service_of

router = APIRouter(tags=["service"], dependencies=[Depends(refuse_query)])


@router.get(
    "/transparency",
    operation_id="transparency",
    summary="How answers are made",
    responses=answers(Transparency, "Data used, controls, live weights and floors.", *URL_ERRORS),
)
async def transparency(request: Request) -> Response:
    """Which data is used and why, what a person can control, and the weights and floors in force."""
    return json_answer(service_of(request).transparency())
