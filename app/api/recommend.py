"""`/recommend`: the slate for one person."""

from __future__ import annotations

from typing import Final

from fastapi import APIRouter, Request, Response

from app.api.answers import json_answer
from app.api.documentation import BODY_ERRORS, READING_ERRORS, URL_ERRORS, answers, body_of, query_of
from app.api.guard import asks_for_themselves, for_own_user
from app.api.query_or_body import asked
from app.api.schemas.slate import Page, Slate
from app.api.state import service_of
from app.errors import CursorError, CursorExpiredError
from app.requests import PageRequest, RecommendRequest

PATH: Final = "/recommend"
router = APIRouter(tags=["recommendations"])

_ERRORS = (*URL_ERRORS, CursorError, CursorExpiredError, *READING_ERRORS)


@router.get(
    PATH,
    operation_id="recommend",
    summary="Recommend items to a person",
    openapi_extra=query_of(RecommendRequest),
    responses=answers(Slate, "The slate and its receipt.", *_ERRORS),
)
@router.post(
    PATH,
    operation_id="recommend_by_post",
    summary="Recommend items to a person, asked in a body",
    openapi_extra=body_of(RecommendRequest),
    responses=answers(Slate, "The slate and its receipt.", *_ERRORS, *BODY_ERRORS),
)
async def recommend(request: Request) -> Response:
    """The slate: labelled items in order, and a receipt that says which floors were kept.

    A person of whom nothing is known gets popular, fresh and varied items, and `personalized` is false. Long lists of
    items to exclude go into a body: a URL has room for 64 KiB.
    """
    wanted = await asked(request, RecommendRequest)
    for_own_user(request, wanted.user_id)
    return json_answer(service_of(request).recommend(wanted, discreet=asks_for_themselves(request)).payload())


@router.post(
    f"{PATH}/page",
    operation_id="recommend_page",
    summary="Recommend items for the several places of one page",
    openapi_extra=body_of(PageRequest),
    responses=answers(Page, "The slates, in the order of the placements.", *URL_ERRORS, *READING_ERRORS, *BODY_ERRORS),
)
async def recommend_page(request: Request) -> Response:
    """One slate for each placement; no item, and no copy of one, stands in two of them.

    Each is an answer of its own, with a `recommendation_id`, a receipt and a cursor. What is wrong with one placement
    is told by its place, and then none is answered.
    """
    wanted = await asked(request, PageRequest)
    for_own_user(request, wanted.user_id)
    slates = service_of(request).recommend_page(wanted, discreet=asks_for_themselves(request))
    return json_answer({"user_id": wanted.user_id, "slates": [slate.payload() for slate in slates]})
