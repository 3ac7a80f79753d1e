"""What `/users/{user_id}/tokens` answers."""

from __future__ import annotations

from datetime import datetime
from typing import Literal

from app.api.schemas.base import Answer


class UserToken(Answer):
    """A token that speaks for one person."""

    user_id: str

    token: str
    """To be sent in `Authorization: Bearer`."""

    token_type: Literal["Bearer"]

    expires_at: datetime
    """From then on it is good for nothing."""


class PageAccess(Answer):
    """As whom a page acts."""

    kind: Literal["keyless", "operator", "service", "user"] | None
    """Null where nobody is signed in; `keyless` while there are no keys, so that this machine may do everything."""

    user_id: str | None
    """Of a person."""

    may: list[str]
    """Of `export` and `erase`, what a person's token is good for."""

    expires_at: datetime | None
    """When a session that was just begun ends."""
