"""The keys themselves, as values: made, found, revoked, replaced. docs/decisions/0010-keys-and-tokens.md says why so.

    penchant_3f9c1a2b4d5e_Xk3...      what the caller shows: prefix, id of the key, 256 random bits

Of a key only a digest is kept. It is a plain BLAKE2b: slow, salted hashes protect secrets that can be guessed, and 256
random bits cannot, while every request would pay for the slowness.
"""

from __future__ import annotations

import hmac
import secrets
from collections.abc import Iterable
from datetime import datetime, timedelta
from functools import cached_property
from hashlib import blake2b
from typing import Final, Literal

from pydantic import AwareDatetime

from app.access.caller import Caller, Kind, Scope
from models.config import Config

_PREFIX: Final = "penchant"
_SECRET_BYTES: Final = 32
_ID_BYTES: Final = 6


class ApiKey(Config):
    """A key of an operator or a service, without the secret."""

    key_id: str
    name: str
    kind: Literal[Kind.OPERATOR, Kind.SERVICE]
    scopes: tuple[Scope, ...]
    digest: str
    created_at: AwareDatetime
    revoked_at: AwareDatetime | None = None

    def caller(self) -> Caller:
        """Who shows this key."""
        return Caller(self.kind, self.key_id, frozenset(self.scopes))


class SigningKey(Config):
    """A key that signs people's tokens. The secret is kept, since a signature is made with it."""

    key_id: str
    secret: str
    created_at: AwareDatetime

    verifies_until: AwareDatetime | None = None
    """Until when tokens that it signed are good; absent while it signs."""


class Keyring(Config):
    """All keys; the last signing key is the one that signs."""

    version: Literal[1] = 1
    keys: tuple[ApiKey, ...] = ()
    signing: tuple[SigningKey, ...] = ()

    def find(self, shown: str) -> ApiKey | None:
        """The key that was shown, if it is known and not revoked; a wrong secret takes as long as a right one."""
        prefix, _, rest = shown.partition("_")
        key = self._by_id.get(rest.partition("_")[0])
        known = hmac.compare_digest(key.digest if key else "", digest_of(shown))
        return key if key and known and prefix == _PREFIX and key.revoked_at is None else None

    def verifying(self, key_id: str, now: datetime) -> SigningKey | None:
        """The signing key of this id, if its tokens are still good."""
        found = next((key for key in self.signing if key.key_id == key_id), None)
        return found if found and (found.verifies_until is None or now < found.verifies_until) else None

    @property
    def active(self) -> list[ApiKey]:
        """Keys that are not revoked."""
        return [key for key in self.keys if key.revoked_at is None]

    def with_key(self, name: str, scopes: Iterable[Scope], now: datetime) -> tuple[Keyring, str]:
        """The keyring with one key more, and what its owner has to show; without scopes it is an operator's.

        The first key brings the first signing key.
        """
        key_id, given = secrets.token_hex(_ID_BYTES), tuple(sorted(set(scopes)))
        shown = f"{_PREFIX}_{key_id}_{secrets.token_urlsafe(_SECRET_BYTES)}"
        kind: Literal[Kind.OPERATOR, Kind.SERVICE] = Kind.SERVICE if given else Kind.OPERATOR
        key = ApiKey(key_id=key_id, name=name, kind=kind, scopes=given, digest=digest_of(shown), created_at=now)
        signing = self.signing or (_new_signing_key(now),)
        return Keyring(keys=(*self.keys, key), signing=signing), shown

    def without(self, key_id: str, now: datetime) -> Keyring:
        """The keyring with one key revoked; a revoked key stays listed.

        Raises:
            KeyError: no active key has this id.
        """
        if key_id not in {key.key_id for key in self.active}:
            raise KeyError(key_id)
        revoked = {"revoked_at": now}
        keys = [key.model_copy(update=revoked) if key.key_id == key_id else key for key in self.keys]
        return Keyring(keys=tuple(keys), signing=self.signing)

    def rotated(self, now: datetime, grace: timedelta) -> Keyring:
        """The keyring with a new signing key; what the former one signed stays good for as long as `grace`."""
        until = now + grace
        former = [
            key.model_copy(update={"verifies_until": min(key.verifies_until or until, until)}) for key in self.signing
        ]
        good = tuple(key for key in former if key.verifies_until and key.verifies_until > now)
        return Keyring(keys=self.keys, signing=(*good, _new_signing_key(now)))

    @cached_property
    def _by_id(self) -> dict[str, ApiKey]:
        return {key.key_id: key for key in self.keys}


def is_key(shown: str) -> bool:
    """Whether a text looks like a key of ours; tokens never do."""
    return shown.startswith(f"{_PREFIX}_")


def digest_of(shown: str) -> str:
    """What is kept of a key."""
    return blake2b(shown.encode(), digest_size=32).hexdigest()


def _new_signing_key(now: datetime) -> SigningKey:
    secret = secrets.token_urlsafe(_SECRET_BYTES)
    return SigningKey(key_id=secrets.token_hex(_ID_BYTES), secret=secret, created_at=now)
