"""Everybody's events in compact columns: 26 bytes an event, and no object a person.

What was loaded at once lies in one set of columns, person by person, in which a person is a range. What came since lies
behind it in order of arrival, and of each person who did something since it is known where, until the next generation
is built.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Sequence
from typing import Final

import numpy as np
from numpy.typing import NDArray

from models.columns import LiveColumn
from models.history import EventColumns, History, concatenated
from models.ids import Rows

_EVENTS_AT_ONCE: Final = 1 << 20
_NAMES_AT_ONCE: Final = 4_096
Pair = tuple[EventColumns, EventColumns]
"""Events that may be learned from, and those that may not."""
Places = NDArray[np.int64]


class Histories:
    """Histories by user id; a person may be known without any event."""

    def __init__(self) -> None:
        self._places: dict[str, int] = {}
        self._names: list[str] = []
        self._next = 0
        self._offsets = np.zeros(1, dtype=np.int64)
        self._events = History().columns()
        self._withheld = np.empty(0, dtype=np.bool_)
        self._since = _Arrivals()
        self.newest = 0
        """The highest number of an event that was ever taken in."""

    def __len__(self) -> int:
        return len(self._places)

    def __contains__(self, user_id: str) -> bool:
        return user_id in self._places

    def __iter__(self) -> Iterator[str]:
        return iter(self._places)

    def open(self, user_id: str) -> int:
        """Know of a person, with events or without; their place."""
        place = self._places.setdefault(user_id, self._next)
        if place == self._next:
            self._names.append(user_id)
            self._next += 1
        return place

    def with_events_on(self, rows: Rows) -> list[str]:
        """The people with an event on any of some items, each once."""
        loaded, arrived = (np.isin(each.rows, rows) for each in (self._events, self._since.events))
        owners = np.searchsorted(self._offsets, np.flatnonzero(loaded), side="right") - 1
        places = np.unique(np.concatenate([owners, self._since.places[arrived]])).tolist()
        return [name for place in places if (name := self._names[place])]

    def of(self, user_id: str, after: int = 0) -> Pair:
        """The events of a person, or those that came after the first so many of them."""
        place = self._places.get(user_id)
        if place is None:
            return History().columns(), History().columns()
        start, end = self._range(place)
        since = np.array(self._since.at(place, max(0, after - (end - start))), dtype=np.int64)
        events, withheld = self._events.where(slice(start + after, end)), self._withheld[start + after : end]
        if len(since):
            events = events.joined(self._since.events.where(since))
            withheld = np.concatenate([withheld, self._since.withheld[since]])
        if not withheld.any():
            return events, events.where(slice(0, 0))
        return events.where(~withheld), events.where(withheld)

    def count(self, user_id: str) -> int:
        """How many events there are of a person."""
        place = self._places.get(user_id)
        if place is None:
            return 0
        start, end = self._range(place)
        return end - start + self._since.count(place)

    def of_all(self, user_ids: Sequence[str]) -> tuple[EventColumns, NDArray[np.int64]]:
        """(Events, whose each is, as a position in `user_ids`), in any order."""
        places = np.array([self._places.get(user_id, self._next) for user_id in user_ids], dtype=np.int64)
        within = np.minimum(places, len(self._offsets) - 2)
        starts = self._offsets[within] if len(self._offsets) > 1 else np.zeros(len(places), dtype=np.int64)
        lengths = np.where(places == within, self._offsets[within + 1] - starts, 0) if len(self._events) else 0 * places
        inside = np.arange(lengths.sum()) - np.repeat(np.cumsum(lengths) - lengths, lengths)
        loaded = self._events.where(np.repeat(starts, lengths) + inside)
        since = [self._since.at(place) for place in places.tolist()]
        arrived = self._since.events.where(np.array([place for some in since for place in some], dtype=np.int64))
        owners = np.arange(len(places))
        whose = np.concatenate([np.repeat(owners, lengths), np.repeat(owners, [len(some) for some in since])])
        return loaded.joined(arrived), whose

    def add(self, user_ids: Sequence[str], owners: Places, events: EventColumns, withheld: NDArray[np.bool_]) -> None:
        """Append events of some people.

        Args:
            user_ids: who.
            owners: int64 [n], whose each event is, as a position in `user_ids`.
            events: n of them.
            withheld: bool [n], whether it may not be learned from.
        """
        places = np.array([self.open(user_id) for user_id in user_ids], dtype=np.int64)
        self.newest = max(self.newest, int(events.sequence.max(initial=0)))
        self._since.add(places[owners], events, withheld)

    def hold(self, user_ids: Sequence[str], owners: Places, numbers: NDArray[np.int64]) -> NDArray[np.bool_]:
        """Bool [n]: which events are held, by their numbers, and whose each is, as a position in `user_ids`."""
        held = numbers <= self.newest
        for owner in np.unique(owners[held]).tolist():
            own, theirs = self.of(user_ids[owner]), held & (owners == owner)
            held[theirs] = np.isin(numbers[theirs], np.concatenate([each.sequence for each in own]))
        return held

    def forget(self, user_id: str) -> None:
        """Drop a person, and write over what the columns hold of them."""
        place = self._places.pop(user_id, None)
        if place is not None:
            start, end = self._range(place)
            self._names[place] = ""
            _blank(self._events, slice(start, end))
            self._since.forget(place)

    def load(self, names: Sequence[str], offsets: Places, events: EventColumns, withheld: NDArray[np.bool_]) -> None:
        """Let these be the events of these people; of others nothing changes.

        Args:
            names: user ids.
            offsets: int64 [len(names) + 1], where the events of each begin.
            events: person by person, of each in order of arrival.
            withheld: bool [n], whether it may not be learned from.
        """
        if self._next:
            for name in names:
                self.forget(name)
            self.add(names, np.repeat(np.arange(len(names)), np.diff(offsets)), events, withheld)
            return
        self._offsets, self._events, self._withheld, self._next = offsets, events, withheld, len(names)
        self.newest = int(events.sequence.max(initial=0))
        self._names = list(names)
        for start in range(0, len(names), _NAMES_AT_ONCE):  # other threads get a turn in between
            some = names[start : start + _NAMES_AT_ONCE]
            self._places.update(zip(some, range(start, start + len(some)), strict=True))

    def everybody(self, left_out: Collection[str] = ()) -> Iterator[tuple[EventColumns, NDArray[np.int64]]]:
        """(Events, whose each is) of all people but some, a million events at a time; nobody is in two parts."""
        counted = np.zeros(self._next + 1, dtype=np.bool_)
        counted[np.fromiter(self._places.values(), dtype=np.int64, count=len(self._places))] = True
        counted[[self._places.get(user_id, self._next) for user_id in left_out]] = False
        since, arrived = self._since.by_place()
        for start, end in _ranges(self._offsets, self._next):
            first, last = min(start, len(self._offsets) - 1), min(end, len(self._offsets) - 1)
            loaded = self._events.where(slice(int(self._offsets[first]), int(self._offsets[last])))
            owners = np.repeat(np.arange(first, last), np.diff(self._offsets[first : last + 1]))
            part = slice(*np.searchsorted(arrived, [start, end]).tolist())
            if part.start < part.stop:
                loaded = concatenated([loaded, self._since.events.where(since[part])])
                owners = np.concatenate([owners, arrived[part]])
            among = counted[owners]
            yield (loaded, owners) if among.all() else (loaded.where(among), owners[among])

    def _range(self, place: int) -> tuple[int, int]:
        """Where what was loaded of a person begins and ends."""
        if place + 1 >= len(self._offsets):
            return 0, 0
        return int(self._offsets[place]), int(self._offsets[place + 1])


class _Arrivals:
    """Events in order of arrival, and by place of the person where theirs are."""

    def __init__(self) -> None:
        self._history = History()
        self._withheld = np.empty(0, dtype=np.bool_)
        self._whose = LiveColumn(np.empty(0, dtype=np.int32))
        self._of: dict[int, list[int]] = {}

    @property
    def events(self) -> EventColumns:
        return self._history.columns()

    @property
    def withheld(self) -> NDArray[np.bool_]:
        return self._withheld

    @property
    def places(self) -> NDArray[np.int32]:
        """Of the person of each event."""
        return self._whose.all()

    def at(self, place: int, after: int = 0) -> list[int]:
        return self._of.get(place, [])[after:]

    def count(self, place: int) -> int:
        return len(self._of.get(place, ()))

    def add(self, places: Places, events: EventColumns, withheld: NDArray[np.bool_]) -> None:
        start = len(self._history)
        self._history.extend(events)
        if start + len(events) > len(self._withheld):
            self._withheld = np.resize(self._withheld, max(8, 2 * (start + len(events))))
        self._withheld[start : start + len(events)] = withheld
        for position, place in enumerate(places.tolist(), start):
            self._of.setdefault(place, []).append(position)
            self._whose.put(position, place)

    def forget(self, place: int) -> None:
        if positions := self._of.pop(place, None):
            _blank(self.events, np.array(positions))

    def by_place(self) -> tuple[NDArray[np.int64], Places]:
        """(Position of each event, the place of its person), ascending by place."""
        order = sorted(self._of)
        counts = [len(self._of[place]) for place in order]
        positions = np.array([each for place in order for each in self._of[place]], dtype=np.int64)
        return positions, np.repeat(np.array(order, dtype=np.int64), counts)


def _blank(events: EventColumns, part: slice | NDArray[np.int64]) -> None:
    for column in (events.sequence, events.rows, events.codes, events.weights, events.times):
        column[part] = 0


def _ranges(offsets: Places, people: int) -> Iterable[tuple[int, int]]:
    """Ranges of people with about so many loaded events each, or of one person with more; the last holds the others."""
    start, loaded = 0, len(offsets) - 1
    while start < loaded:
        end = int(np.searchsorted(offsets, offsets[start] + _EVENTS_AT_ONCE, side="right")) - 1
        end = min(max(end, start + 1), loaded)
        yield start, end
        start = end
    if start < people:
        yield start, people
