"""The door: who calls, by what they show."""

from __future__ import annotations

import logging
from collections.abc import Collection
from dataclasses import dataclass
from pathlib import Path
from time import monotonic
from typing import Final

from app.access.audit import AuditLog
from app.access.bodies import Bodies
from app.access.caller import KEYLESS, POWERS, Caller
from app.access.event_rates import EventRates
from app.access.keyfile import KeyFile, KeyFileError
from app.access.keyring import Keyring, is_key
from app.access.loopback import is_loopback, names_loopback
from app.access.rates import Rates
from app.access.settings import AccessSettings
from app.access.tokens import IssuedToken, TokenError, issue, read
from app.errors import (
    AccessUnknownError,
    ForbiddenError,
    InvalidPayloadError,
    KeysMissingError,
    UnauthenticatedError,
)
from indexer.problems import FieldProblem

_NOBODY = "Send a key in X-API-Key, or a person's token in Authorization as Bearer."
_MISPLACED = "This is a key and no token: send it in the header X-API-Key, without Bearer."
_ELSEWHERE = (
    "There are no keys, and this comes from a page of another origin. `http.cors_origins` names those that may; or "
    "make keys with `penchant keys create`."
)
_OUTSIDE = "There are no keys, so only this machine is served, under its own name. `penchant keys create` makes keys."

_MEGABYTE: Final = 1 << 20

logger = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Shown:
    """What a request shows of who sends it.

    Attributes:
        key: the X-API-Key header.
        authorization: the Authorization header.
        peer: address that it comes from.
        authority: the Host header.
        origin: of the page that changes something by this request; None where no page does, or nothing is changed.
    """

    key: str | None
    authorization: str | None
    peer: str
    authority: str
    origin: str | None = None


class Access:
    """Tells callers apart. While no key has ever been made, this machine is served without any, and no other is."""

    def __init__(self, settings: AccessSettings, data_dir: Path, host: str, origins: Collection[str] = ()) -> None:
        self.settings = settings
        self._origins = frozenset(origins)
        self._keys = KeyFile(data_dir)
        self._loopback = is_loopback(host)
        self._had_keys = False
        self.rates = Rates(settings.rates)
        self.event_rates = EventRates(settings.rates.user_events_per_minute, monotonic)
        self.bodies = Bodies(settings.bodies.mb * _MEGABYTE, settings.bodies.share)
        self.audit = AuditLog(data_dir)

    @property
    def keyless(self) -> bool:
        """Whether this machine is served without keys; never again in this process once it had any.

        Raises:
            AccessUnknownError: the keys cannot be read.
        """
        return self._loopback and not self._keyring().keys and not self._had_keys

    def caller(self, shown: Shown) -> Caller:
        """Who sends a request.

        Without keys it is whoever sits at this machine. A page from elsewhere in that person's browser is not: it comes
        under another name, even where that name was made to lead here, or it says of which origin it is.

        Raises:
            UnauthenticatedError: nothing is shown, or nothing that is good.
            ForbiddenError: there are no keys, and the request comes from elsewhere.
            AccessUnknownError: the keys cannot be read.
        """
        if self.keyless:
            if not (is_loopback(shown.peer) and names_loopback(shown.authority)):
                raise ForbiddenError(_OUTSIDE)
            if shown.origin is not None and not self._at_home(shown.origin, shown.authority):
                raise ForbiddenError(_ELSEWHERE)
            return KEYLESS
        keyring = self._keyring()
        if shown.key is not None:
            return _by_key(keyring, shown.key)
        if shown.authorization is not None:
            return _by_token(keyring, shown.authorization, self.settings.token_audience)
        raise UnauthenticatedError(_NOBODY)

    def token(self, user_id: str, seconds: int | None, issuer: Caller) -> IssuedToken:
        """A token for one person, good for so many seconds, or as long as the settings say.

        It may export and erase the person only where the key that it was asked for with may.

        Raises:
            KeysMissingError: there are no keys that could sign.
            InvalidPayloadError: it would be good for longer than the settings allow.
        """
        if self.keyless:
            raise KeysMissingError
        longest = self.settings.token_seconds
        if seconds is not None and seconds > longest:
            message = f"must be at most {longest}, the setting access.token_seconds"
            raise InvalidPayloadError([FieldProblem("lifetime_seconds", message)])
        powers = POWERS if issuer.is_operator else POWERS & issuer.scopes
        return issue(self._keyring(), user_id, self.settings.token_audience, seconds or longest, powers)

    def _at_home(self, origin: str, authority: str) -> bool:
        return origin in self._origins or origin in {f"http://{authority}", f"https://{authority}"}

    def _keyring(self) -> Keyring:
        try:
            keyring = self._keys.current()
        except KeyFileError as error:
            logger.error("no key is good: %s", error)  # noqa: TRY400 - the reason is in the message
            raise AccessUnknownError from error
        self._had_keys = self._had_keys or bool(keyring.keys)
        return keyring


def _by_key(keyring: Keyring, shown: str) -> Caller:
    key = keyring.find(shown)
    if key is None:
        raise UnauthenticatedError("The key is not known, or was revoked.")
    return key.caller()


def _by_token(keyring: Keyring, authorization: str, audience: str) -> Caller:
    scheme, _, shown = authorization.partition(" ")
    token = shown.strip()
    if scheme.lower() != "bearer":
        raise UnauthenticatedError(_NOBODY)
    if is_key(token):
        raise UnauthenticatedError(_MISPLACED)
    try:
        return read(keyring, token, audience)
    except TokenError as error:
        raise UnauthenticatedError("The token is not good, or no longer.", invalid_token=True) from error
