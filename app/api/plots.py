"""`/plots`: draws what a page shows, so that no page needs a drawing library."""

from __future__ import annotations

import asyncio
from typing import Final

from fastapi import APIRouter, Depends, Request, Response

from app.api.bodies import read_object
from app.api.documentation import BODY_ERRORS, URL_ERRORS, body_of, problems
from app.api.guard import asks_for_themselves
from app.api.queries import refuse_query
from app.api.query_or_body import checked
from app.errors import InvalidPayloadError
from app.pages.headers import FILE_HEADERS
from app.pages.plot import PlotRequest, draw
from indexer.problems import FieldProblem

router = APIRouter(prefix="/plots", tags=["pages"], dependencies=[Depends(refuse_query)])

MAX_OF_A_PERSON: Final = 200
"""Points of a plot that a person's token may ask for: their own page needs 24, and time is everybody's."""
_SVG = "image/svg+xml"


@router.post(
    "",
    operation_id="draw_plot",
    summary="Draw a plot",
    response_class=Response,
    openapi_extra=body_of(PlotRequest),
    responses={
        200: {"description": "The plot.", "content": {_SVG: {"schema": {"type": "string"}}}},
        **problems(*URL_ERRORS, *BODY_ERRORS),
    },
)
async def draw_plot(request: Request) -> Response:
    """An SVG without styles or scripts; nothing of it is kept."""
    wanted = checked(PlotRequest, await read_object(request))
    if asks_for_themselves(request) and wanted.size > MAX_OF_A_PERSON:
        raise InvalidPayloadError([FieldProblem("series", f"must have at most {MAX_OF_A_PERSON} points for a person")])
    drawn = await asyncio.to_thread(draw, wanted)
    headers = {name: FILE_HEADERS[name] for name in ("X-Content-Type-Options", "Content-Security-Policy")}
    return Response(drawn, headers={**headers, "Cache-Control": "no-store"}, media_type=_SVG)
