"""`/users/{user_id}`: a person sees, edits, resets and erases what is held of them.

A person who never came is not an error: their profile is empty, and their erasure deletes nothing.
"""

from __future__ import annotations

from typing import Final

from fastapi import APIRouter, Depends, Request, Response
from pydantic import ValidationError

from app.api.answers import JSON, json_answer
from app.api.bodies import MERGE_PATCH, read_object
from app.api.documentation import BODY_ERRORS, READING_ERRORS, URL_ERRORS, WRITING_ERRORS, answers, body_of, patch_of
from app.api.guard import caller_of, key_of
from app.api.paths import UserIdInPath
from app.api.queries import refuse_query
from app.api.query_or_body import checked
from app.api.schemas.person import ErasureReceipt, Profile, ResetReceipt, ReturnReceipt
from app.api.state import service_of
from app.errors import ErasedError, InvalidPayloadError, MergedAwayError, OutdatedError, UnknownTopicError
from app.requests.people import ProfilePatch, ResetRequest
from indexer.problems import problems

router = APIRouter(prefix="/users/{user_id}", tags=["people"], dependencies=[Depends(refuse_query)])

_PATCHES: Final = (JSON, MERGE_PATCH)
_IF_MATCH: Final = {
    "name": "If-Match",
    "in": "header",
    "required": False,
    "description": "ETag of the profile that is to be edited.",
    "schema": {"type": "string"},
}
_MINIMAL: Final = "return=minimal"
_PREFER: Final = {
    "name": "Prefer",
    "in": "header",
    "required": False,
    "description": f"`{_MINIMAL}` for an answer without content (RFC 7240).",
    "schema": {"type": "string"},
}
_WRITING: Final = (*URL_ERRORS, *BODY_ERRORS, *WRITING_ERRORS)


@router.get(
    "/profile",
    operation_id="get_profile",
    summary="See what is held of a person",
    responses=answers(Profile, "The profile.", *URL_ERRORS, *READING_ERRORS),
)
async def get_profile(request: Request, user_id: UserIdInPath) -> Response:
    """What they stated, what was inferred from which events, and how fresh that is.

    The `ETag` names the state of what can be edited; what was inferred may change beside it.
    """
    profile = await service_of(request).person.profile(user_id)
    return json_answer(profile.payload, headers={"ETag": profile.etag})


@router.patch(
    "/profile",
    operation_id="patch_profile",
    summary="Edit what a person states",
    openapi_extra=patch_of(ProfilePatch) | {"parameters": [_IF_MATCH, _PREFER]},
    responses={
        **answers(Profile, "The profile as it is now.", *_WRITING, ErasedError, MergedAwayError, OutdatedError),
        204: {"description": "It was edited, and the caller prefers not to be told more."},
    },
)
async def patch_profile(request: Request, user_id: UserIdInPath) -> Response:
    """A JSON merge patch (RFC 7396) of the explicit data: what is absent stays, and null removes.

    With `If-Match`, only if the profile is still in the state that this ETag names. With `Prefer: return=minimal` the
    answer is 204, without the profile, which takes longer to put together than the edit; unless there are warnings:
    names that nothing in the catalogue bears are kept, since what they name may come, and are warned about.
    """
    patch = checked(ProfilePatch, await read_object(request, _PATCHES))
    person = service_of(request).person
    try:
        await person.patch(user_id, patch, key_of(request), request.headers.get("if-match"))
    except ValidationError as error:  # each part is valid, but what came of merging them is not
        raise InvalidPayloadError(problems(error)) from error
    if _MINIMAL in _preferences(request) and not person.warnings(user_id):
        return Response(status_code=204, headers={"ETag": await person.etag(user_id), "Preference-Applied": _MINIMAL})
    profile = await person.profile(user_id)
    return json_answer(profile.payload, headers={"ETag": profile.etag})


@router.post(
    "/reset-embedding",
    operation_id="reset_embedding",
    summary="Forget what was learned of a person",
    openapi_extra=body_of(ResetRequest, optional=True),
    responses=answers(ResetReceipt, "What was done.", *_WRITING, ErasedError, MergedAwayError, UnknownTopicError),
)
async def reset_embedding(request: Request, user_id: UserIdInPath) -> Response:
    """Afterwards answers are those for a person who never came; what they stated stays.

    The body may be left out. A topic, or a time since when, forgets a part. What happened before and arrives later
    changes nothing. `POST .../undo-reset` takes it back until the receipt's `undo_until`.
    """
    wanted = checked(ResetRequest, await read_object(request, optional=True))
    return json_answer(await service_of(request).person.reset(user_id, wanted, key_of(request)))


@router.delete(
    "",
    operation_id="erase_user",
    summary="Erase a person",
    responses=answers(ErasureReceipt, "What was deleted.", *URL_ERRORS, *WRITING_ERRORS),
)
async def erase_user(request: Request, user_id: UserIdInPath) -> Response:
    """Delete all that is held of a person and of the ids that were merged into theirs; no byte stays in any file.

    Items that name the id stay, and the receipt counts them. What arrives late is refused until the receipt says so.
    """
    return json_answer(await service_of(request).person.erase(user_id))


@router.post(
    "/return",
    operation_id="return_user",
    summary="Take an erased person in again",
    responses=answers(ReturnReceipt, "How it is now.", *URL_ERRORS, *WRITING_ERRORS),
)
async def return_user(request: Request, user_id: UserIdInPath) -> Response:
    """For who was erased and comes back by their own will: what they do from now on counts, and nothing from before.

    Without it, what arrives of an erased person is refused for `control.refused_days`, since queues deliver late.
    """
    return json_answer(await service_of(request).person.take_back(user_id, caller_of(request).issued_at))


def _preferences(request: Request) -> set[str]:
    """RFC 7240: preferences are separated by commas, in one header or in several; parameters are of no account."""
    named = ",".join(request.headers.getlist("prefer")).split(",")
    return {"".join(each.partition(";")[0].split()).lower() for each in named}
