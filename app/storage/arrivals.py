"""What becomes of events that arrive, by what their people have in the log already."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import TypeAlias

from app.storage.awaiting_events import Room
from app.storage.event_identity import differing_fields, shown
from app.storage.rows import Appended, HeldEvent, NewEvent

Telling: TypeAlias = tuple[str, str, str]
"""What an impression tells, see `shown`."""


class Arrivals:
    """What is known of the people of some events, to which each event that is new is added.

    Args:
        held: their events that may be the same as one that arrives.
        gone: person and id of events that were deleted, and are not to come back.
        numbers: for new events, one each.
        room: for those that wait for their items.
    """

    def __init__(
        self, held: Sequence[HeldEvent], gone: Iterable[tuple[str, str]], numbers: Iterator[int], room: Room
    ) -> None:
        self._known: dict[tuple[str, str], list[tuple[int, NewEvent | None]]] = {}
        for each in held:
            self._known.setdefault(_own(each.event), []).append((each.sequence, each.event))
        self._known |= {own: [(0, None)] for own in gone}
        self._told = {telling: each.sequence for each in held if (telling := shown(each.event))}
        self._numbers, self._room = numbers, room

    def answer(self, row: NewEvent) -> Appended:
        """Give a new event the next number, and every other one the number that it has."""
        telling = shown(row)
        if _own(row) in self._known:
            return _again(self._known[_own(row)], row)
        if telling in self._told:
            return Appended(self._told[telling], duplicate=True)
        if full := self._room.full(row):
            return Appended(0, duplicate=False, full=full)
        number = next(self._numbers)
        self._known[_own(row)] = [(number, row)]
        if telling:
            self._told[telling] = number
        return Appended(number, duplicate=False)


def _own(event: NewEvent) -> tuple[str, str]:
    return event.user_id, event.event_id


def _again(held: Sequence[tuple[int, NewEvent | None]], row: NewEvent) -> Appended:
    """What repeats an event of its person and id, or is in conflict with the one that it is most like.

    There is one, but for a person to whom another was merged who had another event of the same id.
    """
    told = [(number, differing_fields(event, row) if event else ()) for number, event in held]
    number, conflict = min(told, key=lambda each: len(each[1]))
    return Appended(number, not conflict, conflict)
