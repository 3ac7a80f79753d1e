"""A page's session: what a key or a token was exchanged for, held in a cookie that no script can read.

Of a person it is their token itself. Of a key it names the key and nothing more, signed as tokens are and for another
audience, so that neither passes for the other: the key stays with whoever typed it, and its revocation ends this.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any, Final

import jwt
from jwt.types import Options

from app.access.caller import Caller
from app.access.keyring import Keyring
from app.access.tokens import ALGORITHM, IssuedToken, TokenError

_CLAIMS: Final = ("sub", "aud", "iat", "exp")
_OPTIONS: Final[Options] = {"require": list(_CLAIMS), "strict_aud": True, "verify_iat": False}
_UNREAD: Final[Options] = {"verify_signature": False}


@dataclass(frozen=True, slots=True)
class PageSession:
    """What a page may do, and until when.

    Attributes:
        caller: as whom.
        cookie: what shows it; empty without keys, where nothing need be shown.
        expires_at: when it ends; None where it does not.
    """

    caller: Caller
    cookie: str = ""
    expires_at: datetime | None = None


def issue(keyring: Keyring, key_id: str, audience: str, seconds: int) -> IssuedToken:
    """A session of the key with this id; the keyring must have a signing key."""
    key, now = keyring.signing[-1], datetime.now(UTC).replace(microsecond=0)
    expires_at = now + timedelta(seconds=seconds)
    claims = {"sub": key_id, "aud": _audience(audience), "iat": now, "exp": expires_at}
    return IssuedToken(jwt.encode(claims, key.secret, ALGORITHM, {"kid": key.key_id}), expires_at)


def read(keyring: Keyring, cookie: str, audience: str) -> Caller:
    """Whose key the session is of.

    Raises:
        TokenError: it is not good, or its key was revoked.
    """
    try:
        key = keyring.verifying(str(jwt.get_unverified_header(cookie).get("kid")), datetime.now(UTC))
        if key is None:
            raise TokenError
        claims: dict[str, Any] = jwt.decode(
            cookie, key.secret, [ALGORITHM], audience=_audience(audience), options=_OPTIONS
        )
    except jwt.PyJWTError as error:
        raise TokenError from error
    named = next((each for each in keyring.active if each.key_id == claims["sub"]), None)
    if named is None:
        raise TokenError
    return named.caller()


def end_of(token: str) -> datetime:
    """When a token that was found good ends."""
    return datetime.fromtimestamp(jwt.decode(token, options=_UNREAD)["exp"], UTC)


def _audience(audience: str) -> str:
    return f"{audience}/pages"
