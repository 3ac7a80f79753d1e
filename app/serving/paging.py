"""Pages: what is left of an answer's candidates, kept for a while, so that `next_cursor` continues it.

A page never repeats an item of an earlier page, since given items are excluded, and loses no candidate, since all that
is left is kept. What changed meanwhile is respected: items are looked up by id in the catalogue of the moment, filtered
and scored anew.
"""

from __future__ import annotations

import secrets
import time
from collections import OrderedDict, defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field

from pydantic import Field

from app.errors import CursorError, CursorExpiredError
from app.pipeline.slate import Slate
from app.requests.slates import RecommendRequest
from app.serving.catalogue import Catalogue, ItemNames
from models.config import Config
from models.ids import Rows

_SEPARATOR = "."
_TOKEN_BYTES = 16
_TOKEN_LENGTH = 22


class PagingSettings(Config):
    """How long an answer can be continued."""

    lifetime_seconds: float = Field(default=600.0, gt=0, allow_inf_nan=False)
    """Seconds since the last page for which the next one can be asked for."""

    most_stored: int = Field(default=10_000, ge=1)
    """Answers kept at a time; the least recently used one goes first."""

    most_of_one: int = Field(default=16, ge=1)
    """Answers of one person that are kept at a time; likewise."""


@dataclass(frozen=True, slots=True)
class GivenPage:
    """A page that another process gave.

    Attributes:
        recommendation_id: names it.
        items: that stood there, in order.
        next_cursor: continues it.
        full: whether it was explained in full.
        debug: whether it had a trace.
    """

    recommendation_id: str
    items: Sequence[str]
    next_cursor: str | None
    full: bool
    debug: bool


@dataclass(slots=True)
class StoredSlate:
    """One answer that can be continued.

    Attributes:
        asked: the request that it answered.
        exclude: ids that the caller asked to leave out so far, with that request or a later one.
        names: ids by row, of the catalogue of `left`; the rest of that catalogue may be gone.
        left: rows of candidates that were not given yet, best first; None where another process knows them, so that
            they are looked for anew.
        given: ids of all items of the pages so far.
        pages: the pages so far, so that asking twice gives the same.
        limits: how many items each of them was asked for.
        touched: by the monotonic clock, seconds.
    """

    asked: RecommendRequest
    exclude: Sequence[str]
    names: ItemNames | None
    left: Rows | None
    given: list[str] = field(default_factory=list)
    pages: list[Slate | GivenPage] = field(default_factory=list)
    limits: list[int] = field(default_factory=list)
    touched: float = field(default_factory=time.monotonic)


class SlateStore:
    """Answers that can be continued, by token."""

    def __init__(self, settings: PagingSettings) -> None:
        self._settings = settings
        self._slates: OrderedDict[str, StoredSlate] = OrderedDict()
        self._of: defaultdict[str, OrderedDict[str, None]] = defaultdict(OrderedDict)
        """Tokens by person, the least recently used one first."""
        self.changed: dict[str, None] | None = None
        """Tokens of what was given since somebody looked, where anybody does."""

    @property
    def lifetime_seconds(self) -> float:
        """Since the last page, for which the next one can be asked for."""
        return self._settings.lifetime_seconds

    def keep(self, slate: StoredSlate) -> str:
        """Store an answer; its token."""
        return self._keep(secrets.token_urlsafe(_TOKEN_BYTES), slate)

    def restore(self, token: str, slate: StoredSlate) -> None:
        """Store an answer as another process gave it, unless no more of it is known there."""
        held = self._slates.get(token)
        if held is None:
            self._keep(token, slate)
        elif len(held.pages) < len(slate.pages):
            self._slates[token] = slate

    def has(self, cursor: str) -> bool:
        """Whether the page before the one that a cursor asks for is known here."""
        token, _, page = cursor.partition(_SEPARATOR)
        return token in self._slates and page.isdecimal() and int(page) <= len(self._slates[token].pages)

    def people(self) -> list[str]:
        """To whom answers are held."""
        return list(self._of)

    def note(self, token: str) -> None:
        """A page of an answer was given."""
        if self.changed is not None:
            self.changed[token] = None

    def __contains__(self, token: str) -> bool:
        return token in self._slates

    def get(self, token: str) -> StoredSlate:
        """An answer that is stored."""
        return self._slates[token]

    def drop(self, token: str) -> None:
        """Store an answer no longer, if it is."""
        if token in self._slates:
            self._drop(token)

    def clear(self) -> None:
        """Drop all answers."""
        self._slates.clear()
        self._of.clear()

    def _keep(self, token: str, slate: StoredSlate) -> str:
        self._slates[token] = slate
        own = self._of[slate.asked.user_id]
        own[token] = None
        if len(own) > self._settings.most_of_one:
            self._drop(next(iter(own)))
        while len(self._slates) > 1 and self._beyond(next(iter(self._slates.values()))):
            self._drop(next(iter(self._slates)))
        return token

    def _beyond(self, oldest: StoredSlate) -> bool:
        return len(self._slates) > self._settings.most_stored or self._expired(oldest)

    def _expired(self, slate: StoredSlate) -> bool:
        return time.monotonic() - slate.touched > self._settings.lifetime_seconds

    def _drop(self, token: str) -> None:
        user_id = self._slates.pop(token).asked.user_id
        del self._of[user_id][token]
        if not self._of[user_id]:
            del self._of[user_id]

    def __len__(self) -> int:
        return len(self._slates)

    @staticmethod
    def left(slate: StoredSlate, catalogue: Catalogue) -> Rows | None:
        """What an answer left over, as rows of the catalogue of the moment; what that no longer has is gone.

        None where it has to be looked for.
        """
        if slate.left is None or slate.names is None:
            return None
        if slate.names is catalogue.names:
            return slate.left
        rows = catalogue.rows([slate.names[int(row)] for row in slate.left])
        return rows[rows >= 0]

    @staticmethod
    def token(cursor: str) -> str:
        """Of the answer that a cursor continues; empty of what is no cursor."""
        token = cursor.partition(_SEPARATOR)[0]
        return token if len(token) == _TOKEN_LENGTH else ""

    def find(self, cursor: str, user_id: str) -> tuple[str, StoredSlate, int]:
        """Token, answer and number of the page that a cursor asks for.

        Raises:
            CursorError: it was not issued here, or for somebody else.
            CursorExpiredError: its answer is no longer stored.
        """
        token, separator, page = cursor.partition(_SEPARATOR)
        if not separator or len(token) != _TOKEN_LENGTH or not page.isdecimal():
            raise CursorError("This cursor was not issued here.")
        slate = self._slates.get(token)
        if slate is None or self._expired(slate):
            if slate is not None:
                self._drop(token)
            raise CursorExpiredError("The answer that this cursor continues is no longer stored: ask anew.")
        if slate.asked.user_id != user_id or int(page) > len(slate.pages):
            raise CursorError("This cursor was issued for another request.")
        slate.touched = time.monotonic()
        self._slates.move_to_end(token)
        self._of[user_id].move_to_end(token)
        return token, slate, int(page)

    def share_page(self, slates: Sequence[Slate]) -> None:
        """Slates of one page that can be continued: none goes on with what another shows."""
        shown = [item.item_id for slate in slates for item in slate.items]
        for slate in slates:
            stored = self._slates.get((slate.next_cursor or "").partition(_SEPARATOR)[0])
            if stored is not None:
                stored.given = list(dict.fromkeys([*stored.given, *shown]))
                self.note(self.token(slate.next_cursor or ""))

    def of(self, user_id: str) -> list[StoredSlate]:
        """All answers of one person."""
        return [self._slates[token] for token in self._of.get(user_id, ())]

    def forget(self, user_id: str) -> int:
        """Drop all answers of one person; how many there were."""
        mine = list(self._of.get(user_id, ()))
        for token in mine:
            self._drop(token)
        return len(mine)

    @staticmethod
    def cursor(token: str, page: int) -> str:
        """What asks for a page of an answer."""
        return f"{token}{_SEPARATOR}{page}"
