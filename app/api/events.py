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
from app.api.guard import caller_of, for_own_user
from app.api.queries import refuse_query
from app.api.schemas.rows import EventResults
from app.api.state import access_of, service_of
from app.errors import EventIdsTakenError, RateLimitedError
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

    Acknowledged events are durable, and the next answer follows them. An event that is sent again, by its person and
    its `event_id`, is a duplicate and changes nothing, and so is a further impression of an item in one answer. A row
    without an `event_id` gets one that is made of what it says, so that the same row sent again is a duplicate; where
    it does not say `occurred_at`, only within an hour. The result names the id. Another event of the same person under
    an id that is taken is a conflict: nothing of it is stored; different people's ids may be the same. An event on an
    item that the catalogue does not have is kept, and counts from the moment at which the item comes (`awaiting_item`;
    setting `ingest.awaiting`). Of one person so many events are taken in a minute
    (`access.rates.user_events_per_minute`): further ones of a service's are rejected (`too_many`), of the person's own
    none of the request is taken; operators' come on top.
    """
    service = service_of(request)

    async def accept(events: Sequence[EventDocument]) -> list[Verdict]:
        await for_own_user(request, *(event.user_id for event in events))
        admitted = _admitted(request, [event.user_id for event in events])
        within = [event for event, each in zip(events, admitted, strict=True) if each]
        results = iter(await service.ingest(within))
        return [_verdict(next(results)) if each else _too_many(request) for each in admitted]

    completed = partial(with_ids, now=time(), known=service.knows_event)
    return await take_rows(request, EventDocument, _STATUSES, accept, completed)


def _admitted(request: Request, user_ids: Sequence[str]) -> Sequence[bool]:
    """Of each event, whether it is within its person's limit; an operator's are.

    Raises:
        RateLimitedError: none is, or not all are that a person tells of themselves.
    """
    caller, rates = caller_of(request), access_of(request).event_rates
    if caller.is_operator or rates.per_minute is None:
        return [True] * len(user_ids)
    if caller.user_id is None or rates.has_room(caller.user_id, len(user_ids)):
        admitted = rates.admit(user_ids)
        if any(admitted) or not admitted:
            return admitted
    raise RateLimitedError(rates.per_minute, rates.seconds(), of="events of one person")


def _too_many(request: Request) -> Verdict:
    rates = access_of(request).event_rates
    message = f"has more than {rates.per_minute:,} events in this minute (access.rates.user_events_per_minute)"
    again = f"send it again in {rates.seconds()} seconds"
    return Verdict(REJECTED, [FieldProblem("user_id", message)], again, "too_many")


def _verdict(result: EventResult) -> Verdict:
    if result.status in {REJECTED, CONFLICT}:
        return Verdict(result.status, [FieldProblem(result.field or "", result.message or "")])
    return Verdict(result.status, message=result.message, reason=result.reason)
