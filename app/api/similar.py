"""`/similar`: the nearest neighbours of an item or of a text."""

from __future__ import annotations

from typing import Final

from fastapi import APIRouter, Request, Response

from app.api.answers import json_answer
from app.api.documentation import BODY_ERRORS, READING_ERRORS, URL_ERRORS, answers, body_of, query_of
from app.api.guard import asks_for_themselves, for_own_user
from app.api.query_or_body import asked
from app.api.schemas.slate import SimilarItems
from app.api.state import service_of
from app.errors import ItemNotFoundError
from app.requests.slates import SimilarRequest

PATH: Final = "/similar"
router = APIRouter(tags=["recommendations"])

_ERRORS = (*URL_ERRORS, ItemNotFoundError, *READING_ERRORS)


@router.get(
    PATH,
    operation_id="similar",
    summary="Find items like an item or a text",
    openapi_extra=query_of(SimilarRequest),
    responses=answers(SimilarItems, "The nearest neighbours, nearest first.", *_ERRORS),
)
@router.post(
    PATH,
    operation_id="similar_by_post",
    summary="Find items like an item or a text, asked in a body",
    openapi_extra=body_of(SimilarRequest),
    responses=answers(SimilarItems, "The nearest neighbours, nearest first.", *_ERRORS, *BODY_ERRORS),
)
async def similar(request: Request) -> Response:
    """The nearest neighbours of `item_id` or of `text`, each labelled with what they have in common."""
    wanted = await asked(request, SimilarRequest)
    await for_own_user(request, wanted.user_id)
    return json_answer(await service_of(request).similar(wanted, discreet=asks_for_themselves(request)))
