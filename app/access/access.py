"""The door: who calls, by what they show."""

from __future__ import annotations

import logging
from collections.abc import Collection
from contextlib import suppress
from dataclasses import dataclass, replace
from pathlib import Path
from time import monotonic
from typing import Final

from app.access import sessions
from app.access.audit import AuditLog
from app.access.bodies import Bodies
from app.access.caller import KEYLESS, POWERS, Caller, Kind
from app.access.event_rates import EventRates
from app.access.keyfile import KeyFile, KeyFileError
from app.access.keyring import Keyring, is_key
from app.access.loopback import is_loopback, names_loopback
from app.access.rates import Rates
from app.access.sessions import PageSession
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

_SERVICE = "A service's key is for programs: the pages take an operator's key or a person's token."
_NO_PAGE_OF_OURS = "A page's session changes things only from the pages of this server."

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
        session: the cookie of a page's session.
        changes: whether the request may change something.
    """

    key: str | None
    authorization: str | None
    peer: str
    authority: str
    origin: str | None = None
    session: str | None = None
    changes: bool = False


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
        self.audit = AuditLog(data_dir, settings.audit)

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
        if shown.session is not None:
            return self._by_session(keyring, shown.session, shown)
        raise UnauthenticatedError(_NOBODY)

    def session(self, shown: Shown) -> PageSession:
        """What a page is given for the key or the token that it shows.

        Raises:
            UnauthenticatedError: nothing is shown, or nothing that is good.
            ForbiddenError: it is a service's key.
            AccessUnknownError: the keys cannot be read.
        """
        caller = self.caller(replace(shown, session=None))
        if caller.kind is Kind.KEYLESS:
            return PageSession(caller)
        if caller.kind is Kind.SERVICE:
            raise ForbiddenError(_SERVICE)
        if caller.kind is Kind.USER:
            token = (shown.authorization or "").partition(" ")[2].strip()
            return PageSession(caller, token, sessions.end_of(token))
        settings = self.settings
        issued = sessions.issue(self._keyring(), caller.key_id, settings.token_audience, settings.session_seconds)
        return PageSession(caller, issued.token, issued.expires_at)

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

    def _by_session(self, keyring: Keyring, cookie: str, shown: Shown) -> Caller:
        """A browser adds cookies by itself: what changes something has to come from a page of this server."""
        if shown.changes and (shown.origin is None or not _is_own(shown.origin, shown.authority)):
            raise ForbiddenError(_NO_PAGE_OF_OURS)
        audience = self.settings.token_audience
        for good in (sessions.read, read):
            with suppress(TokenError):
                return good(keyring, cookie, audience)
        raise UnauthenticatedError("The session is over: sign in again.", invalid_token=True)

    def _at_home(self, origin: str, authority: str) -> bool:
        return origin in self._origins or _is_own(origin, authority)

    def _keyring(self) -> Keyring:
        try:
            keyring = self._keys.current()
        except KeyFileError as error:
            logger.error("no key is good: %s", error)  # noqa: TRY400 - the reason is in the message
            raise AccessUnknownError from error
        self._had_keys = self._had_keys or bool(keyring.keys)
        return keyring


def _is_own(origin: str, authority: str) -> bool:
    return origin in {f"http://{authority}", f"https://{authority}"}


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
