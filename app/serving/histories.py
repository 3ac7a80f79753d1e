"""Everybody's events in compact columns, person by person: 26 bytes an event, and no object a person.

What was loaded at once lies in one set of columns, in which a person is a range. Who did something since has a history
of their own beside them, until the next generation is built.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Sequence
from typing import Final

import numpy as np
from numpy.typing import NDArray

from models.history import EventColumns, History, concatenated

_NOWHERE: Final = -1
_EVENTS_AT_ONCE: Final = 1 << 20
_NAMES_AT_ONCE: Final = 4_096
_BITS: Final = 36
"""Of a position among all events."""

Pair = tuple[History, History]
"""Events that may be learned from, and those that may not."""


class Histories:
    """Histories by user id; a person may be known without any event."""

    def __init__(self) -> None:
        self._places: dict[str, int] = {}
        self._offsets = np.zeros(1, dtype=np.int64)
        self._events = History().columns()
        self._withheld = np.empty(0, dtype=np.bool_)
        self._own: dict[str, Pair] = {}

    def __len__(self) -> int:
        return len(self._places)

    def __contains__(self, user_id: str) -> bool:
        return user_id in self._places

    def __iter__(self) -> Iterator[str]:
        return iter(self._places)

    def open(self, user_id: str) -> None:
        """Know of a person, with events or without."""
        self._places.setdefault(user_id, _NOWHERE)

    def of(self, user_id: str) -> Pair:
        """The events of a person; not to be extended before they are kept."""
        if own := self._own.get(user_id):
            return own
        place = self._places.get(user_id, _NOWHERE)
        if place == _NOWHERE:
            return History(), History()
        part = slice(int(self._offsets[place]), int(self._offsets[place + 1]))
        events, withheld = self._events.where(part), self._withheld[part]
        if not withheld.any():
            return History(events), History()
        return History(events.where(~withheld)), History(events.where(withheld))

    def keep(self, user_id: str, pair: Pair) -> None:
        """Let these be a person's events from now on."""
        self.open(user_id)
        self._own[user_id] = pair

    def forget(self, user_id: str) -> None:
        """Drop a person, and write over what the columns hold of them."""
        self._own.pop(user_id, None)
        place = self._places.pop(user_id, _NOWHERE)
        if place != _NOWHERE:
            part = slice(int(self._offsets[place]), int(self._offsets[place + 1]))
            for column in (self._events.sequence, self._events.rows, self._events.codes):
                column[part] = 0
            self._events.weights[part], self._events.times[part] = 0, 0

    def load(
        self, names: Sequence[str], users: NDArray[np.int32], events: EventColumns, withheld: NDArray[np.bool_]
    ) -> None:
        """Let these be the events of these people; of others nothing changes.

        Args:
            names: user ids.
            users: int32 [n], whose each event is, as a position in `names`.
            events: in order of arrival.
            withheld: bool [n], whether it may not be learned from.
        """
        order = _by_person(users)
        offsets = np.searchsorted(users[order], np.arange(len(names) + 1)).astype(np.int64)
        if len(self._offsets) > 1 or self._own:
            self._load_some(names, offsets, events.where(order), withheld[order])
            return
        self._events, self._withheld, self._offsets = events.where(order), withheld[order], offsets
        for start in range(0, len(names), _NAMES_AT_ONCE):  # other threads get a turn in between
            some = names[start : start + _NAMES_AT_ONCE]
            self._places.update(zip(some, range(start, start + len(some)), strict=True))

    def everybody(self, left_out: Collection[str] = ()) -> Iterator[tuple[EventColumns, NDArray[np.int64]]]:
        """(Events, whose each is) of all people but some, a million events at a time; nobody is in two parts."""
        counted = np.zeros(len(self._offsets) - 1, dtype=np.bool_)
        places = np.fromiter(self._places.values(), dtype=np.int64, count=len(self._places))
        counted[places[places != _NOWHERE]] = True
        hidden = (self._places.get(user_id, _NOWHERE) for user_id in (*self._own, *left_out))
        counted[[place for place in hidden if place != _NOWHERE]] = False
        for start, end in _ranges(self._offsets):
            owners = np.repeat(np.arange(start, end), np.diff(self._offsets[start : end + 1]))
            part = self._events.where(slice(int(self._offsets[start]), int(self._offsets[end])))
            yield part.where(counted[owners]), owners[counted[owners]]
        own = [joined(pair) for user_id, pair in self._own.items() if user_id not in left_out]
        yield concatenated(own), np.repeat(np.arange(len(own)), [len(each) for each in own])

    def _load_some(
        self, names: Sequence[str], offsets: NDArray[np.int64], events: EventColumns, withheld: NDArray[np.bool_]
    ) -> None:
        for name, start, end in zip(names, offsets[:-1].tolist(), offsets[1:].tolist(), strict=True):
            if start < end:
                mine, held = events.where(slice(start, end)), withheld[start:end]
                self.keep(name, (History(mine.where(~held)), History(mine.where(held))))


def joined(pair: Pair) -> EventColumns:
    """All events of a person, learned from or not."""
    history, withheld = pair
    return history.columns().joined(withheld.columns()) if len(withheld) else history.columns()


def _by_person(users: NDArray[np.int32]) -> NDArray[np.int64]:
    """Positions of the events, person by person, in order of arrival: a sort of numbers is a fifth of a stable one."""
    keys = users.astype(np.int64) << _BITS | np.arange(len(users))
    keys.sort()
    return keys & ((1 << _BITS) - 1)


def _ranges(offsets: NDArray[np.int64]) -> Iterable[tuple[int, int]]:
    """Ranges of people with about so many events each, or of one person with more."""
    start, people = 0, len(offsets) - 1
    while start < people:
        end = int(np.searchsorted(offsets, offsets[start] + _EVENTS_AT_ONCE, side="right")) - 1
        end = min(max(end, start + 1), people)
        yield start, end
        start = end
