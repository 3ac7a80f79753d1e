"""`/docs`: what can be called, for people."""

from __future__ import annotations

from typing import Final

from fastapi import APIRouter, Depends, Request
from fastapi.responses import HTMLResponse

from app.api.docs_page import docs_page
from app.api.documentation import URL_ERRORS, Responses, problems
from app.api.queries import refuse_query
from app.api.transparency_page import HEADERS

router = APIRouter(tags=["service"], dependencies=[Depends(refuse_query)])

_ANSWERS: Final[Responses] = {
    200: {"description": "A page for people.", "content": {"text/html": {"schema": {"type": "string"}}}},
    **problems(*URL_ERRORS),
}


@router.get("/docs", operation_id="docs", summary="What can be called", response_class=HTMLResponse, responses=_ANSWERS)
async def docs(request: Request) -> HTMLResponse:
    """Every operation, what it takes, and who may call it; `/openapi.json` says the same to programs."""
    return HTMLResponse(docs_page(request.app.openapi()), headers=HEADERS)
