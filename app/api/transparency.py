"""`/transparency`: what anyone may know of how answers are made."""

from __future__ import annotations

from typing import Final

from fastapi import APIRouter, Depends, Request, Response
from fastapi.responses import HTMLResponse

from app.api.answers import json_answer
from app.api.documentation import URL_ERRORS, answers
from app.api.queries import refuse_query
from app.api.schemas.service import Transparency
from app.api.state import service_of
from app.api.transparency_page import HEADERS, transparency_page

router = APIRouter(tags=["service"], dependencies=[Depends(refuse_query)])

_ANSWERS: Final = answers(Transparency, "The charter, and what is in force.", *URL_ERRORS)
_ANSWERS[200]["content"] = {"text/html": {"schema": {"type": "string"}}}


@router.get(
    "/transparency",
    operation_id="transparency",
    summary="How answers are made",
    responses=_ANSWERS,
)
async def transparency(request: Request) -> Response:
    """The charter: which data is used, why and for how long, what a person can control; and the values in force.

    Whoever asks for `text/html` gets a page for people.
    """
    told = service_of(request).transparency()
    if prefers_html(request.headers.get("accept", "")):
        return HTMLResponse(transparency_page(told), headers=HEADERS)
    answer = json_answer(told)
    answer.headers["Vary"] = "Accept"
    return answer


def prefers_html(accept: str) -> bool:
    """Whether an Accept header asks for HTML rather than JSON: at a higher quality, or, at the same, by name first."""
    best = {"text/html": (0.0, 0), "application/json": (0.0, 0)}
    for place, entry in enumerate(accept.lower().split(",")):
        kind, *parameters = (part.strip() for part in entry.split(";"))
        quality = next((_quality(each[2:]) for each in parameters if each.startswith("q=")), 1.0)
        if kind in best:
            best[kind] = max(best[kind], (quality, -place))
    return best["text/html"] > best["application/json"] and best["text/html"][0] > 0


def _quality(text: str) -> float:
    try:
        return float(text)
    except ValueError:
        return 0.0
