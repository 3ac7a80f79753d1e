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
