"""`/session`: a key or a token for a cookie that no script can read, so that a page need not keep either."""

from __future__ import annotations

from datetime import UTC, datetime

from fastapi import APIRouter, Depends, Request, Response

from app.access.caller import Caller, Kind
from app.access.loopback import names_loopback
from app.access.sessions import PageSession
from app.api.answers import json_answer
from app.api.documentation import URL_ERRORS, answers, problems
from app.api.guard import shown_by
from app.api.headers import SESSION
from app.api.queries import refuse_query
from app.api.schemas.access import PageAccess
from app.api.state import access_of
from app.errors import AccessUnknownError, ForbiddenError, UnauthenticatedError

router = APIRouter(prefix="/session", tags=["pages"], dependencies=[Depends(refuse_query)])

_ERRORS = (*URL_ERRORS, ForbiddenError, AccessUnknownError)


@router.get(
    "",
    operation_id="get_session",
    summary="Who is signed in",
    responses=answers(PageAccess, "Who, or nobody.", *_ERRORS),
)
async def get_session(request: Request) -> Response:
    """As whom the page acts: by its cookie, or by a token that it shows as any caller does."""
    try:
        return _told(access_of(request).caller(shown_by(request)))
    except UnauthenticatedError:
        return _told(None)


@router.post(
    "",
    operation_id="sign_in",
    summary="Sign in on the pages",
    responses=answers(PageAccess, "Who is signed in.", *_ERRORS, UnauthenticatedError),
)
async def sign_in(request: Request) -> Response:
    """Takes an operator's key or a person's token from the usual headers; the cookie ends with the token, or soon."""
    access = access_of(request)
    session = access.session(shown_by(request))
    answer = _told(session.caller, session)
    if session.expires_at is not None:
        seconds = max(1, int((session.expires_at - datetime.now(UTC)).total_seconds()))
        _set_cookie(answer, request, session.cookie, seconds)
    if session.caller.kind is Kind.OPERATOR:
        access.audit.record("sign_in", key_id=session.caller.key_id, outcome=200)
    return answer


@router.delete(
    "",
    operation_id="sign_out",
    summary="Sign out on the pages",
    status_code=204,
    response_class=Response,
    responses={204: {"description": "The cookie is gone."}, **problems(*URL_ERRORS)},
)
async def sign_out(request: Request) -> Response:
    """Takes the cookie back."""
    answer = Response(status_code=204)
    _set_cookie(answer, request, "", 0)
    return answer


def _set_cookie(answer: Response, request: Request, value: str, seconds: int) -> None:
    """Secure everywhere but on this machine, where there is often no TLS and nobody in between."""
    secure = not names_loopback(request.headers.get("host", ""))
    answer.set_cookie(SESSION, value, max_age=seconds, path="/", secure=secure, httponly=True, samesite="strict")


def _told(caller: Caller | None, session: PageSession | None = None) -> Response:
    """Nothing between here and the browser may keep it."""
    payload = {
        "kind": caller.kind if caller else None,
        "user_id": caller.user_id if caller else None,
        "may": sorted(caller.scopes) if caller and caller.kind is Kind.USER else [],
        "expires_at": session.expires_at if session else None,
    }
    answer = json_answer(payload)
    answer.headers["Cache-Control"] = "no-store"
    return answer
