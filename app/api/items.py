"""`/items`: the catalogue, as it changes between two builds of the index."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from fastapi import APIRouter, Depends, Request, Response

from app.api.answers import JSON
from app.api.batches import REJECTED, Verdict, take_rows
from app.api.documentation import (
    READING_ERRORS,
    ROWS_ERRORS,
    URL_ERRORS,
    WRITING_ERRORS,
    answers,
    problems,
    rows_of,
)
from app.api.guard import caller_of
from app.api.paths import ItemIdInPath
from app.api.queries import refuse_query
from app.api.schemas.items import Item
from app.api.schemas.rows import ItemResults
from app.api.state import service_of
from app.errors import ItemNotFoundError
from indexer.documents import ItemDocument
from indexer.problems import FieldProblem

router = APIRouter(tags=["items"], dependencies=[Depends(refuse_query)])

_STATUSES: Final = ("created", "updated", REJECTED)


@router.post(
    "/items",
    operation_id="upsert_items",
    summary="Add or replace items",
    openapi_extra=rows_of(ItemDocument),
    responses=answers(ItemResults, "What became of every row.", *ROWS_ERRORS, *WRITING_ERRORS),
)
async def upsert_items(request: Request) -> Response:
    """One item, an array of items, or one item a line. Acknowledged items are durable, and can be found at once."""
    service = service_of(request)

    async def accept(documents: Sequence[ItemDocument]) -> list[Verdict]:
        results = await service.upsert_items(documents)
        told = map(service.told_of_attributes, documents)
        return [_verdict(result, message) for result, message in zip(results, told, strict=True)]

    return await take_rows(request, ItemDocument, _STATUSES, accept)


def _verdict(result: bool | FieldProblem, message: str | None) -> Verdict:
    """Whether the item is new, or why it was refused."""
    if isinstance(result, FieldProblem):
        return Verdict(REJECTED, [result])
    return Verdict("created" if result else "updated", message=message)


@router.get(
    "/items/{item_id}",
    operation_id="get_item",
    summary="Read an item",
    responses=answers(Item, "The item.", *URL_ERRORS, ItemNotFoundError, *READING_ERRORS),
)
async def get_item(request: Request, item_id: ItemIdInPath) -> Response:
    """The item as it was given, without the fields that were left out, and what is known of its sensitive topics.

    A person's token reads what may be shown to that person; everything else is not there for them.
    """
    return Response(service_of(request).get_item(item_id, caller_of(request).user_id), media_type=JSON)


@router.delete(
    "/items/{item_id}",
    operation_id="delete_item",
    summary="Delete an item",
    status_code=204,
    response_class=Response,
    responses=problems(*URL_ERRORS, ItemNotFoundError, *WRITING_ERRORS),
)
async def delete_item(request: Request, item_id: ItemIdInPath) -> Response:
    """Take an item out of every answer, at once."""
    await service_of(request).delete_item(item_id)
    return Response(status_code=204)
