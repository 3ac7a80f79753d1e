"""People's tokens: short-lived, signed, and good for one person (RFC 7519).

The service both signs and checks, so that a shared secret does (HS256); the algorithm is fixed here and never taken
from the token.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any, Final

import jwt
from jwt.types import Options

from app.access.caller import POWERS, Caller, Kind, Scope
from app.access.keyring import Keyring

ALGORITHM: Final = "HS256"
_CLAIMS: Final = ("sub", "aud", "iat", "exp")
_OPTIONS: Final[Options] = {"require": list(_CLAIMS), "strict_aud": True, "verify_iat": False}
"""When it was issued is looked at here, since a clock that was set back some minutes makes no token bad."""
_AHEAD_SECONDS: Final = 900.0
_MAY: Final = "may"
"""Claim: which of POWERS the token has."""


class TokenError(Exception):
    """The token is forged, expired, for somebody else's ears, or no token at all."""


@dataclass(frozen=True, slots=True)
class IssuedToken:
    """A token and when it ends."""

    token: str
    expires_at: datetime


def issue(keyring: Keyring, user_id: str, audience: str, seconds: int, powers: Collection[Scope]) -> IssuedToken:
    """A token for one person, with some of POWERS; the keyring must have a signing key."""
    key, now = keyring.signing[-1], datetime.now(UTC).replace(microsecond=0)
    expires_at = now + timedelta(seconds=seconds)
    claims = {"sub": user_id, "aud": audience, "iat": now, "exp": expires_at, _MAY: sorted(powers)}
    return IssuedToken(jwt.encode(claims, key.secret, ALGORITHM, {"kid": key.key_id}), expires_at)


def read(keyring: Keyring, token: str, audience: str) -> Caller:
    """The person whom a token is for.

    Raises:
        TokenError: it is not good.
    """
    try:
        key_id = str(jwt.get_unverified_header(token).get("kid"))
        key = keyring.verifying(key_id, datetime.now(UTC))
        if key is None:
            raise TokenError
        claims: dict[str, Any] = jwt.decode(token, key.secret, [ALGORITHM], audience=audience, options=_OPTIONS)
    except jwt.PyJWTError as error:
        raise TokenError from error
    if not _issued(claims["iat"]):
        raise TokenError
    powers = frozenset(power for power in POWERS if power in claims.get(_MAY, ()))
    return Caller(Kind.USER, key_id, powers, claims["sub"], float(claims["iat"]))


def _issued(at: Any) -> bool:
    """Whether a token was issued by now, or by what the clock said before it was set back a little."""
    return isinstance(at, int | float) and at <= datetime.now(UTC).timestamp() + _AHEAD_SECONDS
