"""What a person rules out, whatever the request: kept as long as it holds, which for some of it is a matter of time."""

from __future__ import annotations

from collections.abc import Sequence
from copy import copy
from functools import cached_property
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from app.pipeline.mutes import Mutes
from app.pipeline.placement import Rules
from app.pipeline.repeats import InVain, shown_in_vain
from app.pipeline.request import Environment
from app.serving.person import Person
from indexer.documents import Muted
from indexer.languages import accepted
from models.history import History
from models.ids import Rows
from models.kernels.filters import Bit, merged

_NO_ROWS = np.empty(0, dtype=np.int32)
_NOTHING = History().columns()
_MOST_RULES = 4
"""Rules of placements for which a person's exclusions are held."""
_ROUNDING = 1e-3
"""Seconds before its end from which what holds for some days only is looked at again."""


class Named(NamedTuple):
    """Rows that filters name, ascending, and the bits of all filters that name each, int64."""

    rows: Rows
    bits: NDArray[np.int64]

    @classmethod
    def of(cls, by_filter: Sequence[tuple[Bit, Rows]]) -> Named:
        """The rows of some filters, each in any order."""
        rows = np.concatenate([_NO_ROWS, *(rows for _, rows in by_filter)])
        bits = np.repeat([0, *(1 << bit for bit, _ in by_filter)], [0, *(len(rows) for _, rows in by_filter)])
        return cls(*merged(rows, np.argsort(rows, kind="stable"), bits))

    def joined(self, bit: Bit, rows: Rows) -> Named:
        """These and the rows of one more filter."""
        if not len(rows):
            return self
        together, bits = np.concatenate([self.rows, rows]), np.concatenate([self.bits, np.full(len(rows), 1 << bit)])
        return Named(*merged(together, np.argsort(together, kind="stable"), bits))


class PersonExclusions:
    """What one person rules out; each part is computed once, when first needed.

    Args:
        environment: the catalogue, signals and settings.
        person: with personalisation on or off; None where nothing is known.
    """

    def __init__(self, environment: Environment, person: Person | None) -> None:
        self._environment, self._catalogue = environment, environment.catalogue
        self._explicit = person.explicit if person else None
        self._events = person.experienced() if person else _NOTHING
        self._seen_before = person.seen_before if person else _NO_ROWS
        self._span = (np.inf, -np.inf)
        self._seen = _NO_ROWS
        self._own: tuple[str, Rows] | None = None
        self._named: tuple[tuple[Rows, int, str], Named] | None = None
        self._rules = environment.rules
        self._others = dict[Rules, PersonExclusions]()

    def under(self, rules: Rules) -> PersonExclusions:
        """What the same person rules out under other rules; held with these, for the rules that were asked last."""
        if rules == self._rules:
            return self
        if rules not in self._others:
            if len(self._others) >= _MOST_RULES:
                self._others.pop(next(iter(self._others)))
            other = self._others[rules] = copy(self)
            other._rules, other._others = rules, {}  # noqa: SLF001 - another of this class
            other._span, other._named = (np.inf, -np.inf), None  # noqa: SLF001 - the same
            vars(other).pop("_in_vain", None)
        return self._others[rules]

    def follow(self, changed: Rows) -> None:
        """Look again at items that changed, ascending, none of which the person met."""
        self._others.clear()
        vars(self).pop("unread", None)  # there may be further languages
        if self._own is not None and not np.array_equal(own := self._catalogue.rows_by(self._own[0]), self._own[1]):
            self._own, self._named = (self._own[0], own), None
        if self._explicit and self._explicit.muted != Muted():
            kept, self.mutes = np.setdiff1d(self.muted, changed), self._muting()
            self.muted = np.union1d(kept, changed[self.mutes.cover(changed)]).astype(np.int32)
            self._named = None

    @property
    def nbytes(self) -> int:
        """Bytes of the arrays that are held."""
        named = sum(each.nbytes for each in self._named[1]) if self._named else 0
        return self._seen.nbytes + named + sum(each.nbytes for each in self._others.values())

    @property
    def met(self) -> Rows:
        """Rows of all events by which something is seen or dismissed, and of what was seen before, in any order."""
        return np.concatenate([self._events.rows, self._seen_before])

    def seen(self, now: float) -> Rows:
        """Rows that the person has seen, unless by events of a kind that is of account for some days only."""
        if not self._span[0] <= now < self._span[1]:
            self._seen, until = self._seen_at(now)
            self._span = (now, until)
        return self._seen

    def _seen_at(self, now: float) -> tuple[Rows, float]:
        """(rows, until when they are the same)."""
        events = self._events
        lengths = np.array(self._rules.seen_seconds)[events.codes]
        lasting = now - events.times < lengths
        until = float(np.min(events.times + lengths, where=lasting, initial=np.inf)) - _ROUNDING
        rows = np.union1d(events.rows[lasting], self._seen_before).astype(np.int32)
        return self._catalogue.copies.together(rows), until

    @cached_property
    def dismissed(self) -> Rows:
        """Rows that the person spoke against."""
        events = self._events
        return self._catalogue.copies.together(events.rows[self._environment.signals.polarity[events.codes] < 0])

    @cached_property
    def _in_vain(self) -> InVain:
        return shown_in_vain(self._events, self._rules.repeats)

    def rested(self, now: float) -> Rows:
        """Rows that were shown several times without engagement and rest for a while, ascending."""
        rows = self._in_vain.at(now)
        return self._catalogue.copies.together(rows) if len(rows) else rows

    @cached_property
    def mutes(self) -> Mutes:
        """What the person muted."""
        return self._muting()

    def _muting(self) -> Mutes:
        return Mutes.of(self._catalogue, self._environment.likeness, self._explicit)

    @cached_property
    def muted(self) -> Rows:
        """Every row that the person muted, ascending."""
        return self.mutes.rows()

    @cached_property
    def allowed_sensitive(self) -> np.uint64:
        """Bits of the sensitive topics that the person has permitted."""
        allowed = self._explicit.allowed_sensitive_topics if self._explicit else ()
        return self._catalogue.firewall.permitted(allowed)

    @cached_property
    def unread(self) -> NDArray[np.int32]:
        """Codes of the languages that the person does not read."""
        if not self._explicit or not self._explicit.preferences.languages:
            return _NO_ROWS
        read = accepted(self._explicit.preferences.languages, self._catalogue.language_words.names)
        return np.flatnonzero(~read).astype(np.int32)

    def own(self, user_id: str) -> Rows:
        """Rows of items that the person provides or wrote, under this id."""
        if not self._rules.hide_own:
            return _NO_ROWS
        if self._own is None or self._own[0] != user_id:
            self._own = user_id, self._catalogue.rows_by(user_id)
        return self._own[1]

    def named(self, now: float, user_id: str) -> Named:
        """What filters name of the person's."""
        seen, rested = self.seen(now), self.rested(now)
        if self._named is not None:
            (known, resting, name), found = self._named
            if known is seen and resting == len(rested) and name == user_id:
                return found
        parts = ((Bit.SEEN, seen), (Bit.OWN, self.own(user_id)), (Bit.DISMISSED, self.dismissed))
        found = Named.of((*parts, (Bit.MUTED, self.muted), (Bit.RESTED, rested)))
        self._named = (seen, len(rested), user_id), found
        return found
