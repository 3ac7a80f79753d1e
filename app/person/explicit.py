"""The explicit profile: as a document, as it is stored, after a merge patch, and what names its state."""

from __future__ import annotations

from hashlib import blake2b
from typing import Any

import orjson

from app.errors import OutdatedError
from app.merge_patch import merge_patch
from app.storage.rows import UserRow
from app.storage.timestamps import micros
from indexer.documents import UserDocument

_ANY = "*"


def document_of(user_id: str, row: UserRow | None) -> UserDocument:
    """What a person states; nothing where there is no row."""
    stated = orjson.loads(row.profile) if row and row.profile else {}
    return UserDocument.model_validate({**stated, "user_id": user_id}, strict=False)


def profile_of(document: UserDocument) -> bytes:
    """What a person states, as it is stored."""
    return document.model_dump_json(exclude_defaults=True, exclude_none=True).encode()


def merged(document: UserDocument, changes: dict[str, Any]) -> UserDocument:
    """The profile after a merge patch."""
    present = document.model_dump(mode="json", exclude_defaults=True, exclude_none=True)
    patched = {**merge_patch(present, changes), "user_id": document.user_id}
    return UserDocument.model_validate(patched, strict=False)


def etag_of(row: UserRow | None) -> str:
    """Names the state of what a person stated and switched."""
    held = (row.profile or b"", row.personalization, row.off_keeps_seen, micros(row.updated_at)) if row else ()
    return f'"{blake2b(repr(held).encode(), digest_size=12).hexdigest()}"'


def check_match(row: UserRow | None, expected: str | None) -> None:
    """Compare with an If-Match header (RFC 9110, 13.1.1): `*` wants that there is something, weak ones never match.

    Raises:
        OutdatedError: none of the states that are named is the present one.
    """
    if expected is None:
        return
    etag = etag_of(row)
    named = [each.strip() for each in expected.split(",")]
    if not (row is not None if named == [_ANY] else etag in named):
        raise OutdatedError(etag)
