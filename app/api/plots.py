"""`/plots`: draws what a page shows, so that no page needs a drawing library."""

from __future__ import annotations

import asyncio

from fastapi import APIRouter, Depends, Request, Response

from app.api.bodies import read_object
from app.api.documentation import BODY_ERRORS, URL_ERRORS, body_of, problems
from app.api.queries import refuse_query
from app.api.query_or_body import checked
from app.pages.headers import FILE_HEADERS
from app.pages.plot import PlotRequest, draw

router = APIRouter(prefix="/plots", tags=["pages"], dependencies=[Depends(refuse_query)])

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
    drawn = await asyncio.to_thread(draw, wanted)
    headers = {name: FILE_HEADERS[name] for name in ("X-Content-Type-Options", "Content-Security-Policy")}
    return Response(drawn, headers={**headers, "Cache-Control": "no-store"}, media_type=_SVG)
