"""`/recommend`: the slate for one person."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from typing import Final

import orjson
from fastapi import APIRouter, Request, Response
from fastapi.responses import StreamingResponse

from app.api.answers import json_answer, marked
from app.api.bodies import NDJSON
from app.api.documentation import BODY_ERRORS, READING_ERRORS, URL_ERRORS, answers, body_of, problems, query_of
from app.api.guard import asks_for_themselves, for_own_user
from app.api.problems import document_of
from app.api.query_or_body import asked
from app.api.schemas import slate as schemas
from app.api.state import service_of
from app.errors import CursorError, CursorExpiredError, PenchantError
from app.pipeline.slate import Slate
from app.requests.slates import BatchRequest, PageRequest, RecommendRequest
from app.service import Service
from app.serving.engine.waiting import answered

PATH: Final = "/recommend"
router = APIRouter(tags=["recommendations"])

_ERRORS = (*URL_ERRORS, CursorError, CursorExpiredError, *READING_ERRORS)


@router.get(
    PATH,
    operation_id="recommend",
    summary="Recommend items to a person",
    openapi_extra=query_of(RecommendRequest),
    responses=answers(schemas.Slate, "The slate and its receipt.", *_ERRORS),
)
@router.post(
    PATH,
    operation_id="recommend_by_post",
    summary="Recommend items to a person, asked in a body",
    openapi_extra=body_of(RecommendRequest),
    responses=answers(schemas.Slate, "The slate and its receipt.", *_ERRORS, *BODY_ERRORS),
)
async def recommend(request: Request) -> Response:
    """The slate: labelled items in order, and a receipt that says which floors were kept.

    A person of whom nothing is known gets popular, fresh and varied items, and `personalized` is false. Long lists of
    items to exclude go into a body: a URL has room for 64 KiB.
    """
    wanted = await asked(request, RecommendRequest)
    await for_own_user(request, wanted.user_id)
    service, discreet = service_of(request), asks_for_themselves(request)
    if service.continued is not None and wanted.cursor is not None:
        await service.continued.fetch(wanted.user_id, wanted.cursor)
    slate = await answered(lambda: service.recommend(wanted, discreet=discreet))
    if service.continued is not None:
        service.continued.begin()
    return json_answer(slate.payload())


@router.post(
    f"{PATH}/page",
    operation_id="recommend_page",
    summary="Recommend items for the several places of one page",
    openapi_extra=body_of(PageRequest),
    responses=answers(
        schemas.Page, "The slates, in the order of the placements.", *URL_ERRORS, *READING_ERRORS, *BODY_ERRORS
    ),
)
async def recommend_page(request: Request) -> Response:
    """One slate for each placement; no item, and no copy of one, stands in two of them.

    Each is an answer of its own, with a `recommendation_id`, a receipt and a cursor. What is wrong with one placement
    is told by its place, and then none is answered.
    """
    wanted = await asked(request, PageRequest)
    await for_own_user(request, wanted.user_id)
    service, discreet, made = service_of(request), asks_for_themselves(request), list[Slate]()
    slates = await answered(lambda: service.recommend_page(wanted, made, discreet=discreet))
    if service.continued is not None:
        service.continued.begin()
    return json_answer({"user_id": wanted.user_id, "slates": [slate.payload() for slate in slates]})


@router.post(
    f"{PATH}/batch",
    operation_id="recommend_batch",
    summary="Recommend items to many people",
    openapi_extra=body_of(BatchRequest),
    responses={
        **problems(*URL_ERRORS, *READING_ERRORS, *BODY_ERRORS),
        200: {"description": "A slate a line.", "content": {NDJSON: {"schema": {"type": "string"}}}},
    },
)
async def recommend_batch(request: Request) -> Response:
    """One slate a line, in the order of `user_ids`, each as it is made; other callers are answered in between.

    Each is an answer of its own, logged as served, without a cursor. Who cannot be answered has a line with `user_id`
    and `error`, a problem document.
    """
    wanted, service = await asked(request, BatchRequest), service_of(request)
    requests = wanted.requests()
    first = await _line(service, next(requests), whole=True)

    async def lines() -> AsyncIterator[bytes]:
        yield first
        for each in requests:
            await asyncio.sleep(0)
            yield await _line(service, each)

    return StreamingResponse(lines(), media_type=NDJSON)


async def _line(service: Service, wanted: RecommendRequest, *, whole: bool = False) -> bytes:
    """One person's; what is wrong with the first is taken for wrong with the `whole`."""
    try:
        await service.freshness.prove((wanted.user_id,))
        told = marked((await answered(lambda: service.recommend_once(wanted))).payload())
    except PenchantError as error:
        if whole:
            raise
        told = {"user_id": wanted.user_id, "error": document_of(error)}
    return orjson.dumps(told, option=orjson.OPT_APPEND_NEWLINE | orjson.OPT_SERIALIZE_NUMPY)
