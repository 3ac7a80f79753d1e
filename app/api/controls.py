"""`/users/{user_id}/...`: the switch, wishes about topics, single events, merging, export and history."""

from __future__ import annotations

from typing import Annotated, Final

from fastapi import APIRouter, Depends, Path, Request, Response
from pydantic import BeforeValidator

from app.api.answers import JSON, json_answer
from app.api.bodies import read_object
from app.api.documentation import BODY_ERRORS, READING_ERRORS, URL_ERRORS, WRITING_ERRORS, answers, body_of, query_of
from app.api.documentation import problems as problem_answers
from app.api.guard import key_of
from app.api.paths import EventIdInPath, UserIdInPath, unescaped
from app.api.queries import read_query, refuse_query
from app.api.query_or_body import checked
from app.api.schemas.controls import Controls, Exported, InterestReceipt, MergeReceipt, PersonalizationReceipt
from app.api.schemas.person import ResetReceipt
from app.api.state import service_of
from app.api.streams import streamed
from app.errors import (
    ErasedError,
    EventNotFoundError,
    MergedAwayError,
    MergeRefusedError,
    NothingToUndoError,
    UnknownTopicError,
)
from app.requests.people import (
    ExportRequest,
    InterestRequest,
    MergeRequest,
    PersonalizationRequest,
    PreviewRequest,
    Wish,
)
from indexer.fields import Name

router = APIRouter(prefix="/users/{user_id}", tags=["people"])

ZIP: Final = "application/zip"
_CHANGING: Final = (*URL_ERRORS, *BODY_ERRORS, *WRITING_ERRORS, ErasedError, MergedAwayError)
_NO_QUERY: Final = [Depends(refuse_query)]
TopicInPath = Annotated[
    Name, BeforeValidator(unescaped), Path(description="Slug of a topic, as the profile names topics.")
]


@router.put(
    "/personalization",
    operation_id="switch_personalization",
    summary="Switch personalization on or off",
    dependencies=_NO_QUERY,
    openapi_extra=body_of(PersonalizationRequest),
    responses=answers(PersonalizationReceipt, "How it is now.", *_CHANGING),
)
async def switch_personalization(request: Request, user_id: UserIdInPath) -> Response:
    """Off: popular and fresh items only, and nothing is learned. On again: from what the person chose to keep."""
    wanted = checked(PersonalizationRequest, await read_object(request))
    return json_answer(await service_of(request).person.switch(user_id, wanted, key_of(request)))


@router.put(
    "/interests/{topic}",
    operation_id="state_interest",
    summary="See more of a topic, less of it, or nothing",
    openapi_extra=query_of(PreviewRequest) | body_of(InterestRequest),
    responses=answers(InterestReceipt, "What was done, or would come of it.", *_CHANGING, UnknownTopicError),
)
async def state_interest(request: Request, user_id: UserIdInPath, topic: TopicInPath) -> Response:
    """The wish stands until another one about the topic, or its removal. A preview changes nothing."""
    asked = checked(PreviewRequest, read_query(request, PreviewRequest))
    wanted = checked(InterestRequest, await read_object(request))
    return await _wish(request, user_id, topic, wanted.wish, asked)


@router.delete(
    "/interests/{topic}",
    operation_id="remove_interest",
    summary="Forget an interest",
    openapi_extra=query_of(PreviewRequest),
    responses=answers(
        InterestReceipt, "What was done, or would come of it.", *URL_ERRORS, *WRITING_ERRORS, ErasedError,
        MergedAwayError, UnknownTopicError,
    ),
)  # fmt: skip
async def remove_interest(request: Request, user_id: UserIdInPath, topic: TopicInPath) -> Response:
    """Events on the topic so far count no longer, and wishes about it are gone; what was seen stays seen.

    It can be undone as a reset can. A preview changes nothing.
    """
    return await _wish(request, user_id, topic, None, checked(PreviewRequest, read_query(request, PreviewRequest)))


@router.delete(
    "/events/{event_id}",
    operation_id="ignore_event",
    summary="This was not me: ignore an event",
    status_code=204,
    response_class=Response,
    dependencies=_NO_QUERY,
    responses={
        204: {"description": "It is gone, and so is all that it brought about."},
        **problem_answers(*URL_ERRORS, *WRITING_ERRORS, EventNotFoundError, ErasedError, MergedAwayError),
    },
)
async def ignore_event(request: Request, user_id: UserIdInPath, event_id: EventIdInPath) -> Response:
    """The event is deleted for good; sent again, it is a duplicate and changes nothing."""
    await service_of(request).person.ignore_event(user_id, event_id, key_of(request))
    return Response(status_code=204)


@router.post(
    "/undo-reset",
    operation_id="undo_reset",
    summary="Take the latest reset back",
    dependencies=_NO_QUERY,
    responses=answers(
        ResetReceipt, "What was taken back.", *URL_ERRORS, *WRITING_ERRORS, ErasedError, NothingToUndoError
    ),
)
async def undo_reset(request: Request, user_id: UserIdInPath) -> Response:
    """Possible until the moment that the reset's receipt names; then what was forgotten is deleted."""
    return json_answer(await service_of(request).person.undo_reset(user_id, key_of(request)))


@router.post(
    "/merge",
    operation_id="merge_user",
    summary="An anonymous session becomes a known person",
    dependencies=_NO_QUERY,
    openapi_extra=body_of(MergeRequest),
    responses=answers(MergeReceipt, "What was done.", *_CHANGING, MergeRefusedError),
)
async def merge_user(request: Request, user_id: UserIdInPath) -> Response:
    """The other id's history becomes this person's, and so do its later events. To repeat it changes nothing."""
    wanted = checked(MergeRequest, await read_object(request))
    return json_answer(await service_of(request).person.merge(user_id, wanted.source, key_of(request)))


@router.get(
    "/export",
    operation_id="export_user",
    summary="Take along everything held of a person",
    openapi_extra=query_of(ExportRequest),
    responses={
        200: {
            "model": Exported,
            "description": "Everything, as JSON or as a zip archive of NDJSON files.",
            "content": {ZIP: {"schema": {"type": "string", "format": "binary"}}},
        },
        **problem_answers(*URL_ERRORS, *READING_ERRORS),
    },
)
async def export_user(request: Request, user_id: UserIdInPath) -> Response:
    """Streamed. Its users and events files can be replayed into another service."""
    asked = checked(ExportRequest, read_query(request, ExportRequest))
    export = await service_of(request).person.export(user_id)
    preferred = "zip" if ZIP in request.headers.get("accept", "") else "json"
    if (asked.format or preferred) == "zip":
        headers = {"Content-Disposition": 'attachment; filename="export.zip"'}
        return await streamed(export.zip(), ZIP, headers)
    return await streamed(export.json(), JSON)


@router.get(
    "/controls",
    operation_id="get_controls",
    summary="See what was decided about a person's data",
    dependencies=_NO_QUERY,
    responses=answers(Controls, "Every action, oldest first.", *URL_ERRORS),
)
async def get_controls(request: Request, user_id: UserIdInPath) -> Response:
    """What was done, when, and by which key."""
    return json_answer(await service_of(request).person.controls(user_id))


async def _wish(request: Request, user_id: str, topic: str, wish: Wish | None, asked: PreviewRequest) -> Response:
    return json_answer(await service_of(request).person.wish(user_id, topic, wish, asked, key_of(request)))
