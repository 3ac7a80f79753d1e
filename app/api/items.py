"""`/items`: the catalogue, as it changes between two builds of the index."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from fastapi import APIRouter, Depends, Request, Response

from app.api.answers import JSON, json_answer
from app.api.batches import REJECTED, Verdict, take_rows
from app.api.bodies import MERGE_PATCH, read_object
from app.api.documentation import (
    BODY_ERRORS,
    READING_ERRORS,
    ROWS_ERRORS,
    URL_ERRORS,
    WRITING_ERRORS,
    answers,
    body_of,
    patch_of,
    problems,
    query_of,
    rows_of,
)
from app.api.guard import caller_of, of_nobody
from app.api.paths import ItemIdInPath
from app.api.queries import refuse_query
from app.api.query_or_body import asked
from app.api.revalidation import NOT_MODIFIED, json_unless_known, unless_known, with_etag
from app.api.schemas.items import Deletions, Item, ItemPatch
from app.api.schemas.lists import CataloguePart
from app.api.schemas.rows import ItemResults
from app.api.state import service_of
from app.errors import CountChangedError, CursorError, CursorExpiredError, ItemNotFoundError
from app.requests.items import DeleteRequest, ItemsRequest
from indexer.documents import ItemDocument
from indexer.problems import FieldProblem

router = APIRouter(tags=["items"], dependencies=[Depends(of_nobody)])
_no_query: Final = [Depends(refuse_query)]

_PATCHES: Final = (JSON, MERGE_PATCH)
_STATUSES: Final = ("created", "updated", REJECTED)


@router.post(
    "/items",
    operation_id="upsert_items",
    summary="Add or replace items",
    dependencies=_no_query,
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
    "/items",
    operation_id="list_items",
    summary="List the catalogue",
    openapi_extra=with_etag(query_of(ItemsRequest)),
    responses=NOT_MODIFIED
    | answers(CataloguePart, "A part of it.", *URL_ERRORS, CursorError, CursorExpiredError, *READING_ERRORS),
)
async def list_items(request: Request) -> Response:
    """Every item there is, or those that a filter asks for, in parts; withheld items and expired ones are there too."""
    return json_unless_known(request, service_of(request).lists.items(await asked(request, ItemsRequest)))


@router.post(
    "/delete-items",
    operation_id="delete_items",
    summary="Delete items",
    dependencies=_no_query,
    openapi_extra=body_of(DeleteRequest),
    responses=answers(
        Deletions, "What became of every id.", CountChangedError, *URL_ERRORS, *BODY_ERRORS, *WRITING_ERRORS
    ),
)
async def delete_items(request: Request) -> Response:
    """Take many items out of every answer, at once.

    By a filter it takes two calls: the first counts, and deletes nothing; the second confirms the count.
    """
    told = await asked(request, DeleteRequest)
    if told.filter is not None:
        return json_answer(await service_of(request).delete_filtered(told.filter, told.confirm))
    wanted = told.item_ids or []
    unknown = await service_of(request).delete_items(wanted)
    statuses = ["unknown" if item_id in unknown else "deleted" for item_id in wanted]
    results = [{"item_id": item_id, "status": status} for item_id, status in zip(wanted, statuses, strict=True)]
    return json_answer({"counts": {name: statuses.count(name) for name in ("deleted", "unknown")}, "results": results})


@router.patch(
    "/items/{item_id}",
    operation_id="patch_item",
    summary="Change an item",
    dependencies=_no_query,
    openapi_extra=patch_of(ItemPatch),
    responses=answers(Item, "The item as it is then.", *URL_ERRORS, ItemNotFoundError, *BODY_ERRORS, *WRITING_ERRORS),
)
async def patch_item(request: Request, item_id: ItemIdInPath) -> Response:
    """Change some fields (RFC 7396: null takes a field away), as where something is sold out; the next answer obeys.

    Where title, text and tags stay, nothing is encoded.
    """
    patch = await read_object(request, _PATCHES)
    return Response(await service_of(request).patch_item(item_id, patch), media_type=JSON)


@router.get(
    "/items/{item_id}",
    operation_id="get_item",
    summary="Read an item",
    dependencies=_no_query,
    openapi_extra=with_etag({}),
    responses=NOT_MODIFIED | answers(Item, "The item.", *URL_ERRORS, ItemNotFoundError, *READING_ERRORS),
)
async def get_item(request: Request, item_id: ItemIdInPath) -> Response:
    """The item as it was given, without the fields that were left out, and what is known of its sensitive topics.

    A person's token reads what may be shown to that person; everything else is not there for them.
    """
    return unless_known(request, service_of(request).get_item(item_id, caller_of(request).user_id))


@router.delete(
    "/items/{item_id}",
    operation_id="delete_item",
    summary="Delete an item",
    dependencies=_no_query,
    status_code=204,
    response_class=Response,
    responses=problems(*URL_ERRORS, ItemNotFoundError, *WRITING_ERRORS),
)
async def delete_item(request: Request, item_id: ItemIdInPath) -> Response:
    """Take an item out of every answer, at once."""
    await service_of(request).delete_item(item_id)
    return Response(status_code=204)
