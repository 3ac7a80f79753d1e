"""`/insights/audits`: equity audits, made by `POST /admin/audits` and kept."""

from __future__ import annotations

from typing import Annotated, Final

from fastapi import APIRouter, Depends, Path, Request, Response
from fastapi.responses import HTMLResponse

from app.api.answers import JSON, json_answer
from app.api.bodies import read_object
from app.api.documentation import BODY_ERRORS, READING_ERRORS, URL_ERRORS, answers, body_of
from app.api.queries import refuse_query
from app.api.query_or_body import checked
from app.api.schemas.audits import Audit, AuditList
from app.api.state import service_of
from app.api.transparency import prefers_html
from app.errors import AuditNotFoundError, AuditRefusedError
from app.insights.equity.quarter import Quarter
from app.insights.equity.style import HEADERS
from app.requests.operators import AuditRequest

router = APIRouter(tags=["insights"], dependencies=[Depends(refuse_query)])

AuditIdInPath = Annotated[str, Path(description="Id of an audit, such as 2026Q4-0f3a5c7e9b1d.")]
_ANSWERS: Final = answers(Audit, "The audit.", *URL_ERRORS, AuditNotFoundError)
_ANSWERS[200]["content"] = {"text/html": {"schema": {"type": "string"}}}


@router.post(
    "/admin/audits",
    operation_id="make_audit",
    summary="Make the equity audit of a quarter",
    openapi_extra=body_of(AuditRequest),
    responses=answers(Audit, "The audit.", *URL_ERRORS, *BODY_ERRORS, *READING_ERRORS, AuditRefusedError),
)
async def make_audit(request: Request) -> Response:
    """How the quarter served each group of people that the charter lets figures be told apart by.

    It is kept, and takes seconds to minutes; requests are answered meanwhile. Equal inputs give the same audit.
    """
    wanted = checked(AuditRequest, await read_object(request))
    return json_answer(await service_of(request).audits.make(Quarter.parse(wanted.quarter)))


@router.get(
    "/insights/audits",
    operation_id="list_audits",
    summary="List equity audits",
    responses=answers(AuditList, "Every audit in short.", *URL_ERRORS),
)
async def list_audits(request: Request) -> Response:
    """The newest quarter first, and of one quarter the newest audit."""
    return json_answer({"audits": service_of(request).audits.folder.listed()})


@router.get(
    "/insights/audits/{audit_id}",
    operation_id="get_audit",
    summary="Read an equity audit",
    responses=_ANSWERS,
)
async def get_audit(request: Request, audit_id: AuditIdInPath) -> Response:
    """The audit as it was made, byte by byte. Whoever asks for `text/html` gets a page for people."""
    folder = service_of(request).audits.folder
    if prefers_html(request.headers.get("accept", "")):
        return HTMLResponse(folder.page(audit_id), headers={**HEADERS, "Vary": "Accept"})
    return Response(folder.get(audit_id), media_type=JSON, headers={"Vary": "Accept"})
