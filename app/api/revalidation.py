"""ETags of what is read: who has the answer already is told so, without it (RFC 9110, 13.1.2)."""

from __future__ import annotations

from hashlib import blake2b
from typing import Any, Final

import orjson
from fastapi import Request, Response

from app.api.answers import JSON
from app.api.documentation import Responses

_ANY: Final = "*"
_WEAK: Final = "W/"
_KEEP: Final = "private, no-cache"
"""It may be kept, and has to be asked about each time."""

IF_NONE_MATCH: Final[dict[str, Any]] = {
    "name": "If-None-Match",
    "in": "header",
    "required": False,
    "description": "ETag of an answer that the caller has.",
    "schema": {"type": "string"},
}
NOT_MODIFIED: Final[Responses] = {304: {"description": "It is as the caller has it (`If-None-Match`)."}}


def with_etag(parameters: dict[str, Any]) -> dict[str, Any]:
    """The same for the OpenAPI document, with the header that asks for an answer only if it is another one."""
    return {"parameters": [*parameters.get("parameters", ()), IF_NONE_MATCH]}


def json_unless_known(request: Request, content: Any) -> Response:
    """An answer whose body is `content` as JSON, or 304 where the caller has it."""
    return unless_known(request, orjson.dumps(content, option=orjson.OPT_SERIALIZE_NUMPY))


def unless_known(request: Request, body: bytes) -> Response:
    """The same of a body that is JSON. The tag is weak: packed and unpacked, an answer is one."""
    etag = f'{_WEAK}"{blake2b(body, digest_size=12).hexdigest()}"'
    headers = {"ETag": etag, "Cache-Control": _KEEP}
    if _knows(request.headers.get("If-None-Match", ""), etag):
        return Response(status_code=304, headers=headers)
    return Response(body, headers=headers, media_type=JSON)


def _knows(named: str, etag: str) -> bool:
    """Compared as RFC 9110 says: a weak tag is the same as a strong one."""
    tags = [each.strip() for each in named.split(",")]
    return tags == [_ANY] or etag.removeprefix(_WEAK) in [tag.removeprefix(_WEAK) for tag in tags]
