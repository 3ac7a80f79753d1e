"""`/users/{user_id}/tokens`: a service lets a person's own program speak for that person, and for nobody else."""

from __future__ import annotations

from fastapi import APIRouter, Depends, Request, Response

from app.api.answers import json_answer
from app.api.bodies import read_object
from app.api.documentation import BODY_ERRORS, URL_ERRORS, answers, body_of
from app.api.guard import caller_of
from app.api.paths import UserIdInPath
from app.api.queries import refuse_query
from app.api.query_or_body import checked
from app.api.schemas.access import UserToken
from app.api.state import access_of
from app.errors import KeysMissingError
from app.requests.people import TokenRequest

router = APIRouter(prefix="/users/{user_id}", tags=["people"], dependencies=[Depends(refuse_query)])


@router.post(
    "/tokens",
    operation_id="issue_token",
    summary="Let a person's own program speak for them",
    openapi_extra=body_of(TokenRequest, optional=True),
    responses=answers(UserToken, "The token.", *URL_ERRORS, *BODY_ERRORS, KeysMissingError),
)
async def issue_token(request: Request, user_id: UserIdInPath) -> Response:
    """A short-lived token that reaches this person's endpoints only. The body may be left out.

    It can export and erase the person if the key that asks for it has the scopes `export` and `erase`.
    """
    wanted = checked(TokenRequest, await read_object(request, optional=True))
    issued = access_of(request).token(user_id, wanted.lifetime_seconds, caller_of(request))
    expires_at = issued.expires_at.isoformat()
    answer = json_answer({"user_id": user_id, "token": issued.token, "token_type": "Bearer", "expires_at": expires_at})
    answer.headers["Cache-Control"] = "no-store"
    return answer
