"""`/`, `/me` and the files of the pages: shells without a word about anybody, which scripts fill over the API."""

from __future__ import annotations

from typing import Annotated, Final

from fastapi import APIRouter, Depends, Path, Request, Response
from fastapi.responses import HTMLResponse

from app.api.documentation import URL_ERRORS, Responses, problems
from app.api.queries import refuse_query
from app.api.state import http_of
from app.errors import UnknownPathError
from app.pages.files import MEDIA_TYPES, static_files, version
from app.pages.headers import FILE_HEADERS, page_headers
from app.pages.render import render

router = APIRouter(tags=["pages"], dependencies=[Depends(refuse_query)])

PAGE: Final[Responses] = {
    200: {"description": "A page for people.", "content": {"text/html": {"schema": {"type": "string"}}}},
    **problems(*URL_ERRORS),
}
"""What an endpoint of a page answers."""
_FILE: Final[Responses] = {
    200: {
        "description": "The file.",
        "content": {kind: {"schema": {"type": "string"}} for kind in MEDIA_TYPES.values()},
    },
    **problems(*URL_ERRORS, UnknownPathError),
}
_FOR_EVER: Final = "public, max-age=31536000, immutable"
_LATEST: Final = "latest"


@router.get(
    "/", operation_id="for_you", summary="For you: a person's slate", response_class=HTMLResponse, responses=PAGE
)
async def for_you() -> Response:
    """Recommendations for one person, with the reasons, and what they can say to each."""
    return page("for-you.html", "/")


@router.get(
    "/console",
    operation_id="console",
    summary="The console: how the service does, for operators",
    response_class=HTMLResponse,
    responses=PAGE,
)
async def console() -> Response:
    """Figures and alerts, slates stage by stage, people, the catalogue and its map, and settings that are tried."""
    return page("console.html", "/console")


@router.get(
    "/me", operation_id="my_profile", summary="My profile: a person's data", response_class=HTMLResponse, responses=PAGE
)
async def my_profile(request: Request) -> Response:
    """What is held of a person, and all that they can do about it; other sites may embed it."""
    return page("my-profile.html", "/me", http_of(request).embed_origins)


@router.get(
    "/static/{release}/{folder}/{name}",
    operation_id="static_file",
    summary="A script or a style of a page",
    response_class=Response,
    responses=_FILE,
)
async def static_file(
    release: Annotated[str, Path(description=f"Digest of all files, or `{_LATEST}`.")],
    folder: Annotated[str, Path(description="What kind of file.")],
    name: Annotated[str, Path(description="Its name.")],
) -> Response:
    """The same for everybody; under the digest of all files it never changes."""
    found = static_files().get(f"{folder}/{name}")
    if found is None or release not in {version(), _LATEST}:
        raise UnknownPathError("No such file belongs to the pages.")
    kept = _FOR_EVER if release == version() else "no-cache"
    return Response(found.content, headers={**FILE_HEADERS, "Cache-Control": kept}, media_type=found.media_type)


def page(template: str, path: str, embedders: tuple[str, ...] = ()) -> Response:
    """The page at `path` from its template, with the headers that guard it."""
    return HTMLResponse(render(template, path=path, embedders=embedders), headers=page_headers(embedders))
