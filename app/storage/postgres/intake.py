"""Takes events in: what is known of their people is read, and each person's are stored in a transaction of their own.

No lock is held while it is decided which events are new. A person of whom anything changed meanwhile is told by their
revision: nothing of theirs is stored, and they are looked at again.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from contextlib import nullcontext
from dataclasses import dataclass, replace
from itertools import count
from typing import Any, Final

from psycopg import Connection, Cursor

from app.storage.arrivals import Arrivals
from app.storage.awaiting_events import Room
from app.storage.event_identity import shown
from app.storage.event_types import TypeCodes
from app.storage.postgres.event_rows import durable_at_the_end, event_rows, signed_digests
from app.storage.postgres.statements import statements
from app.storage.rows import UNKNOWN, Appended, AwaitingLimits, HeldEvent, NewEvent, Revision
from app.storage.stored_rows import held_event

_EVENTS: Final = statements("events")
_PEOPLE: Final = statements("people")
_TRIES: Final = 100
_OUTDATED: Final = Appended(0, duplicate=False, outdated=True)


@dataclass(frozen=True, slots=True)
class Intake:
    """Events to take in.

    Attributes:
        rows: the events.
        limits: of those that wait for their items.
        epochs: by person the epoch under which their events were checked; nothing is stored of who has another.
    """

    rows: tuple[NewEvent, ...]
    limits: AwaitingLimits | None
    epochs: Mapping[str, int] | None


def take_in(connection: Connection[Any], intake: Intake, types: TypeCodes) -> list[Appended]:
    """Store the events that are new to their people; one answer each."""
    rows = intake.rows
    if not rows:
        return []
    answers: dict[int, Appended] = {}
    room, places = _room(connection, rows, intake.limits), list(range(len(rows)))
    for _ in range(_TRIES):
        told = _try(connection, replace(intake, rows=tuple(rows[place] for place in places)), room, types)
        answers |= {place: answer for place, answer in zip(places, told, strict=True) if answer is not None}
        places = [place for place, answer in zip(places, told, strict=True) if answer is None]
        if not places:
            break
    else:
        raise AssertionError(f"the people of {len(places)} events changed at each of {_TRIES} looks")
    if room.refused:
        connection.execute(_EVENTS["count_outcome"], {"outcome": "refused", "events": room.refused})
    return [answers[place] for place in range(len(rows))]


def _room(connection: Connection[Any], rows: Sequence[NewEvent], limits: AwaitingLimits | None) -> Room:
    waits = limits is not None and any(row.awaiting_item for row in rows)
    held = dict(connection.execute(_EVENTS["awaiting_by_user"]).fetchall()) if waits else {}
    return Room(limits, Counter(held))


def _try(connection: Connection[Any], intake: Intake, room: Room, types: TypeCodes) -> list[Appended | None]:
    """One answer each; None of those whose people changed meanwhile."""
    rows = intake.rows
    revisions, held, gone = _known(connection, rows, types)
    outdated = {user for user, epoch in (intake.epochs or {}).items() if revisions.get(user, UNKNOWN).epoch != epoch}
    arrivals = Arrivals(held, gone, count(-1, -1), room)  # numbers of this attempt, until the database gives others
    told = [_OUTDATED if row.user_id in outdated else arrivals.answer(row) for row in rows]
    new: defaultdict[str, list[int]] = defaultdict(list)
    for place, answer in enumerate(told):
        if answer.stored:
            new[rows[place].user_id].append(place)
    cursors = _store(connection, {user: [rows[place] for place in new[user]] for user in new}, revisions, types)
    return _numbered(rows, told, {user: (new[user], cursor.fetchall()) for user, cursor in cursors.items()})


def _numbered(
    rows: Sequence[NewEvent], told: Sequence[Appended], stored: Mapping[str, tuple[Sequence[int], Sequence[Any]]]
) -> list[Appended | None]:
    """The answers with the numbers that the database gave; None of those of whom it stored nothing."""
    numbers, answers = dict[int, int](), list(told)
    for places, given in stored.values():
        for place, (number, *revision) in zip(places, given, strict=False):
            numbers[told[place].sequence] = number
            answers[place] = told[place]._replace(revision=Revision(*revision))
    changed = {user for user, (_, given) in stored.items() if not given}
    return [
        None if row.user_id in changed else answer._replace(sequence=numbers.get(answer.sequence, answer.sequence))
        for row, answer in zip(rows, answers, strict=True)
    ]


def _known(
    connection: Connection[Any], rows: Sequence[NewEvent], types: TypeCodes
) -> tuple[dict[str, Revision], list[HeldEvent], list[tuple[str, str]]]:
    """(Revisions by person, events that may be the same, person and id of those that are not to come back).

    The revisions are read before the rest: what changes in between makes the attempt fail, not its answer wrong.
    """
    users, ids = [row.user_id for row in rows], [row.event_id for row in rows]
    tellings = [telling for row in rows if (telling := shown(row))]
    own = dict(zip(zip(users, signed_digests(ids), strict=True), zip(users, ids, strict=True), strict=True))
    with connection.pipeline():
        revisions = connection.execute(_PEOPLE["revisions"], {"users": list(dict.fromkeys(users))})
        same = connection.execute(_EVENTS["same_ids"], {"users": users, "events": ids})
        told = _tellings(connection, tellings) if tellings else None
        gone = connection.execute(_EVENTS["ignored_among"], _columns(own, "users", "digests"))
    found = {row[0]: row for cursor in (same, told) if cursor for row in cursor.fetchall()}
    held = [held_event(types, row) for row in found.values()]
    standing = {user: Revision(*revision) for user, *revision in revisions.fetchall()}
    return standing, held, [own[user, digest] for user, digest in gone.fetchall()]


def _tellings(connection: Connection[Any], tellings: Sequence[tuple[str, str, str]]) -> Cursor[Any]:
    return connection.execute(_EVENTS["same_tellings"], _columns(tellings, "users", "answers", "items"))


def _columns(rows: Any, *names: str) -> dict[str, list[Any]]:
    return dict(zip(names, map(list, zip(*rows, strict=True)), strict=True))


def _store(
    connection: Connection[Any], new: dict[str, list[NewEvent]], revisions: Mapping[str, Revision], types: TypeCodes
) -> dict[str, Cursor[Any]]:
    """Send each person's events, one transaction a person; by person the cursor that has the numbers, or no row."""
    cursors = {}
    with durable_at_the_end(connection) if len(new) > 1 else nullcontext(), connection.pipeline() as pipeline:
        for user, rows in new.items():
            given = {"user": user, "count": len(rows), **revisions.get(user, UNKNOWN)._asdict()}
            cursors[user] = connection.execute(_EVENTS["take_in"], given | {"rows": event_rows(rows, types)})
            pipeline.sync()
    return cursors
