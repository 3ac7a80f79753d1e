"""`/events`: what people did with items."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from time import time
from typing import Final

from fastapi import APIRouter, Depends, Request, Response

from app.api.batches import CONFLICT, REJECTED, Verdict, take_rows
from app.api.documentation import ROWS_ERRORS, WRITING_ERRORS, answers, rows_of
from app.api.event_ids import with_ids
from app.api.guard import for_own_user
from app.api.queries import refuse_query
from app.api.schemas.rows import EventResults
from app.api.state import service_of
from app.errors import EventIdsTakenError
from app.serving.event_rules import EventResult
from indexer.documents import EventDocument
from indexer.problems import FieldProblem

router = APIRouter(tags=["events"], dependencies=[Depends(refuse_query)])

PATH: Final = "/events"
_STATUSES: Final = ("accepted", "awaiting_item", "duplicate", CONFLICT, "ignored", REJECTED)


@router.post(
    PATH,
    operation_id="ingest_events",
    summary="Tell what people did",
    openapi_extra=rows_of(EventDocument),
    responses=answers(EventResults, "What became of every row.", *ROWS_ERRORS, EventIdsTakenError, *WRITING_ERRORS),
)
async def ingest_events(request: Request) -> Response:
    """One event, an array of events, or one event a line.

    Acknowledged events are durable, and the next answer follows them. An event that is sent again, by its `event_id`,
    is a duplicate and changes nothing, and so is a further impression of an item in one answer. A row without an
    `event_id` gets one that is made of what it says, so that the same row sent again is a duplicate; where it does not
    say `occurred_at`, only within an hour. The result names the id. Another event under an
    id that is taken is a conflict: nothing of it is stored. An event on an item that the catalogue does not have is
    kept, and counts from the moment at which the item comes (`awaiting_item`; setting `ingest.awaiting`).
    """
    service = service_of(request)

    async def accept(events: Sequence[EventDocument]) -> list[Verdict]:
        for_own_user(request, *(event.user_id for event in events))
        return [_verdict(result) for result in await service.ingest(events)]

    completed = partial(with_ids, now=time(), known=service.knows_events)
    return await take_rows(request, EventDocument, _STATUSES, accept, completed)


def _verdict(result: EventResult) -> Verdict:
    if result.status in {REJECTED, CONFLICT}:
        return Verdict(result.status, [FieldProblem(result.field or "", result.message or "")])
    return Verdict(result.status, message=result.message, reason=result.reason)
