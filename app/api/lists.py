"""`/popular`, `/trending`, `/tags`, `/topics`: lists that are no one person's."""

from __future__ import annotations

import asyncio
from typing import Final

from fastapi import APIRouter, Request, Response

from app.api.answers import json_answer
from app.api.documentation import READING_ERRORS, URL_ERRORS, answers, query_of
from app.api.guard import for_own_user, of_nobody
from app.api.query_or_body import asked
from app.api.revalidation import NOT_MODIFIED, json_unless_known, with_etag
from app.api.schemas.lists import ItemList, ItemsTogether, SimilarPeopleList, Tags, Topics
from app.api.state import service_of
from app.errors import ItemNotFoundError, UndeclaredUseError
from app.requests.items import ListRequest, NamesRequest, SimilarPeopleRequest, TogetherRequest

router = APIRouter(tags=["recommendations"])

_ERRORS: Final = (*URL_ERRORS, *READING_ERRORS)


@router.get(
    "/popular",
    operation_id="popular",
    summary="List what most people engaged with",
    openapi_extra=query_of(ListRequest),
    responses=answers(ItemList, "The items, most popular first.", *_ERRORS),
)
async def popular(request: Request) -> Response:
    """By people and not by events, as that fades; for `user_id`, less what may not be shown to them."""
    wanted = await asked(request, ListRequest)
    await for_own_user(request, wanted.user_id)
    return json_answer(service_of(request).lists.popular(wanted))


@router.get(
    "/trending",
    operation_id="trending",
    summary="List what has more people than its past predicts",
    openapi_extra=query_of(ListRequest),
    responses=answers(ItemList, "The items, the most unexpected first.", *_ERRORS),
)
async def trending(request: Request) -> Response:
    """By people of the last days against the days before; for `user_id`, less what may not be shown to them."""
    wanted = await asked(request, ListRequest)
    await for_own_user(request, wanted.user_id)
    return json_answer(await service_of(request).lists.trending(wanted))


@router.get(
    "/together",
    operation_id="together",
    summary="List what people who took an item took besides",
    openapi_extra=query_of(TogetherRequest),
    responses=answers(ItemsTogether, "The items, those that go with it most first.", ItemNotFoundError, *_ERRORS),
)
async def together(request: Request) -> Response:
    """By people and not by events, each item with how many took both; nothing is told of a few.

    An item that everybody takes stands behind one that is mostly taken with this one.
    """
    wanted = await asked(request, TogetherRequest)
    await for_own_user(request, wanted.user_id)
    return json_answer(service_of(request).lists.together(wanted))


@router.get(
    "/admin/similar-people",
    operation_id="similar_people",
    summary="List people like a person",
    openapi_extra=query_of(SimilarPeopleRequest),
    responses=answers(SimilarPeopleList, "The people, the most alike first.", UndeclaredUseError, *_ERRORS),
)
async def similar_people(request: Request) -> Response:
    """By the items that both took, and only where the charter has `[similar_people]`.

    Sensitive items make nobody alike. Who switched personalisation off is neither compared nor found.
    """
    wanted = await asked(request, SimilarPeopleRequest)
    await for_own_user(request, wanted.user_id)
    return json_answer(await asyncio.to_thread(service_of(request).similar_people, wanted))


@router.get(
    "/tags",
    operation_id="list_tags",
    summary="List tags to choose from",
    openapi_extra=with_etag(query_of(NamesRequest)),
    responses=NOT_MODIFIED | answers(Tags, "The tags.", *_ERRORS),
)
async def tags(request: Request) -> Response:
    """For newcomers who say what they like: tags of items that may be shown to anybody, those of most items first."""
    await of_nobody(request)
    return json_unless_known(request, service_of(request).lists.tags(await asked(request, NamesRequest)))


@router.get(
    "/topics",
    operation_id="list_topics",
    summary="List topics to choose from",
    openapi_extra=with_etag(query_of(NamesRequest)),
    responses=NOT_MODIFIED | answers(Topics, "The topics.", *_ERRORS),
)
async def topics(request: Request) -> Response:
    """The same for the topics that the index found."""
    await of_nobody(request)
    return json_unless_known(request, service_of(request).lists.topics(await asked(request, NamesRequest)))
