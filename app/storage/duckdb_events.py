"""The event log in DuckDB."""

from __future__ import annotations

import logging
from collections.abc import Collection, Iterator, Mapping, Sequence
from itertools import chain, count, islice
from typing import Any, TypeAlias

import numpy as np
import pyarrow as pa
from duckdb import DuckDBPyConnection
from numpy.typing import NDArray

from app.storage import awaiting_events, event_types
from app.storage.arrivals import Arrivals
from app.storage.awaiting_events import Room
from app.storage.database import LAST_SEQUENCE, Database, delete_users, mark_for_rewriting
from app.storage.duckdb_retention import count_older, delete_older
from app.storage.duckdb_withholding import withdraw
from app.storage.event_identity import (
    OWN_DIGEST,
    SHOWN_DIGEST,
    differing_fields,
    own_digests,
    shown,
    shown_digests,
)
from app.storage.event_types import TypeCodes
from app.storage.group_writer import Written
from app.storage.ignored_events import IgnoredEvents
from app.storage.known_events import KnownEvents
from app.storage.log_copy import NOTHING_KNOWN, Fingerprint, KnownDigests, LogCopy, joined, remove
from app.storage.logged_columns import logged_columns
from app.storage.rows import (
    BEGINNING,
    Adopted,
    Adoption,
    Appended,
    AwaitedItem,
    Awaiting,
    AwaitingLimits,
    Expired,
    HeldEvent,
    KeepSeen,
    LoggedColumns,
    LoggedPeople,
    NewEvent,
    Watermark,
    Withdrawal,
)
from app.storage.stored_rows import held_event
from app.storage.timestamps import micros
from models.events import CODE_OF, EventType
from models.ids import digests_of

_KNOWN = f"""
SELECT {OWN_DIGEST} AS digest, sequence FROM events WHERE sequence > $after ORDER BY digest
"""  # noqa: S608 - no value goes into this text
_SHOWN = f"""
SELECT {SHOWN_DIGEST} AS digest, sequence FROM events
WHERE type = {CODE_OF[EventType.IMPRESSION]} AND recommendation_id IS NOT NULL AND sequence > $after ORDER BY digest
"""  # noqa: S608 - no value goes into this text
_FINGERPRINT = """
SELECT count(*), coalesce(bit_xor(hash(sequence, user_id)), 0) FROM events
WHERE sequence <= $through AND forgotten_by IS NULL
"""
_IDS = "SELECT sequence, event_id FROM events WHERE sequence IN (SELECT unnest($sequences::BIGINT[]))"
_COLUMNS = """
SELECT sequence, user_id, item_id, type, value, epoch_us(occurred_at) AS occurred_us FROM events
"""
_RANGE = "WHERE sequence > $after AND sequence <= $through AND forgotten_by IS NULL"
_OF_USER = "AND user_id = $user"
_OF_USERS = "WHERE user_id IN (SELECT unnest($users::VARCHAR[])) AND forgotten_by IS NULL"
_USERS = """
SELECT user_id FROM (SELECT user_id, item_id FROM events UNION ALL SELECT user_id, item_id FROM seen_items)
WHERE item_id IN (SELECT unnest($items::VARCHAR[])) GROUP BY user_id ORDER BY user_id
"""
KEEP_LAST = f"UPDATE event_numbers SET deleted_through = ({LAST_SEQUENCE})"  # noqa: S608 - no value goes into this text
_DELETE = "DELETE FROM events WHERE user_id = $user"
_FORGET_IGNORED = "DELETE FROM ignored_events WHERE user_id = $user"
_WHOLE = """
SELECT sequence, event_id, user_id, item_id, type, epoch_us(occurred_at), epoch_us(received_at), value,
    recommendation_id, position, context, coalesce(awaiting_item, false), forgotten_by IS NOT NULL
FROM events
"""
_HELD = f"{_WHOLE} WHERE user_id = $user AND sequence > $after ORDER BY sequence LIMIT $count"
_NUMBERED = f"{_WHOLE} WHERE sequence IN (SELECT unnest($sequences::BIGINT[]))"
_IGNORE = f"""
DELETE FROM events WHERE user_id = $user AND sequence = $sequence RETURNING event_digest, {OWN_DIGEST}
"""  # noqa: S608 - no value goes into this text
_KEEP_IGNORED = "INSERT INTO ignored_events VALUES ($user, $digest)"
_FIND = "SELECT sequence FROM events WHERE user_id = $user AND event_id = $event AND forgotten_by IS NULL"
_INSERT = """
INSERT INTO events VALUES ($sequence, $event_id, $digest, $user, $item, $type, $value, make_timestamp($occurred_at),
    make_timestamp($received_at), $recommendation, $position, $context, NULL, $awaiting)
"""
_BOTH = """
SELECT theirs.sequence, mine.sequence FROM events AS theirs JOIN events AS mine USING (event_digest, event_id)
WHERE theirs.user_id = $alias AND mine.user_id = $user
"""
_DELETE_NUMBERED = "DELETE FROM events WHERE sequence IN (SELECT unnest($sequences::BIGINT[]))"
_GIVE = f"""
UPDATE events SET user_id = $user WHERE user_id = $alias
RETURNING sequence, {OWN_DIGEST}, CASE WHEN type = {CODE_OF[EventType.IMPRESSION]} THEN {SHOWN_DIGEST} END
"""  # noqa: S608 - no value goes into this text
_END = np.iinfo(np.int64).max

_PART = 1 << 21
"""Events that are read at a time."""
_FRESH = 0.25
"""Part of the log that may have come since a copy, before another is made."""

logger = logging.getLogger(__name__)

Request: TypeAlias = tuple[tuple[NewEvent, ...], AwaitingLimits | None]


class DuckDBEventLog:
    """The log; only the writer's thread numbers events, and only in the order in which it commits them."""

    def __init__(self, database: Database, ignored: IgnoredEvents) -> None:
        self._database = database
        self._ignored = ignored
        self._types = TypeCodes(self.types())
        self._copy = copy = LogCopy.open(database.folder, self._fingerprint)
        through = copy.people.through if copy else 0
        self._known = self._digests(_KNOWN, through, copy.known if copy else NOTHING_KNOWN)
        self._shown = self._digests(_SHOWN, through, copy.shown if copy else NOTHING_KNOWN)
        self._numbers = count(self.last_sequence() + 1)

    def _digests(self, query: str, through: int, held: KnownDigests) -> KnownEvents:
        """What is known: as it was copied up to a number, and from the log what came after it."""
        with self._database.reading() as connection:
            rest = connection.sql(query, params={"after": through}).to_arrow_table()
        known = KnownEvents(held.digests, held.sequences)
        known.add(rest["digest"].to_numpy(), rest["sequence"].to_numpy())
        return known

    def by_person(self) -> tuple[LoggedPeople, Watermark]:
        """All events that count, person by person, and from where to walk on."""
        people = self._people()
        return people, (people.through,)

    def walk(self, after: Watermark = BEGINNING) -> tuple[LoggedColumns, Watermark]:
        """Events after a mark: the one writer makes them visible in the order of their numbers."""
        (number,), last = after or (0,), self.last_sequence()
        return self.columns(number, last), (last,)

    def _people(self) -> LoggedPeople:
        """A large log is copied person by person, for the next time."""
        last, copy = self.last_sequence(), self._copy
        if copy and last - copy.people.through <= _FRESH * last and self._still(copy):
            return copy.people
        fingerprint = self._fingerprint(last)
        people, self._copy = LoggedPeople.of(joined(self._parts(last)), last), None
        if len(people) < self._database.settings.copy_from_events:
            return people
        known, shown = (KnownDigests(*each.through(last)) for each in (self._known, self._shown))
        self._copy = self._written(LogCopy(fingerprint, people, known, shown))
        return self._copy.people if self._copy else people

    def _written(self, copy: LogCopy) -> LogCopy | None:
        """The same as files; None where that cannot be, or something was forgotten meanwhile."""
        try:
            copy.write(self._database.folder)
        except OSError as error:
            logger.warning("the log's copy cannot be written: %s", error.strerror)
        if not self._still(copy):
            remove(self._database.folder)
        return LogCopy.open(self._database.folder, self._fingerprint)

    def _still(self, copy: LogCopy) -> bool:
        return self._fingerprint(copy.people.through) == copy.fingerprint

    def _parts(self, last: int) -> Iterator[LoggedColumns]:
        for after in range(0, max(last, 1), _PART):
            yield self.columns(after, min(after + _PART, last))

    def _fingerprint(self, through: int) -> Fingerprint:
        """Of the events up to a number that count: whichever of them is forgotten, deleted or merged, it changes."""
        with self._database.reading() as connection:
            ((count, mixed),) = connection.execute(_FINGERPRINT, {"through": through}).fetchall()
        return count, mixed

    def types(self) -> dict[str, int]:
        """Code by name of every event type that is not built in and was ever declared."""
        with self._database.reading() as connection:
            return event_types.declared_codes(connection)

    def declare(self, names: Sequence[str]) -> dict[str, int]:
        """Give a code to each type that has none; codes of all that were ever declared. Blocks.

        Raises:
            EventTypesError: there is no code left.
        """
        known = self.types()
        if set(names) - known.keys():
            known = self._database.writer.submit(event_types.declare, tuple(names)).result()
            self._types.add(known)
        return known

    def type_counts(self, names: Sequence[str]) -> dict[str, int]:
        """How many events that count there are of each of these types."""
        with self._database.reading() as connection:
            return event_types.counts(connection, names)

    def knows(self, user_id: str, event_id: str) -> bool:
        """Whether an event of this person and id, as their digest tells, was stored before."""
        return bool(self._known.sequences(own_digests(digests_of((event_id,)), (user_id,))))

    def append(
        self,
        rows: Sequence[NewEvent],
        limits: AwaitingLimits | None = None,
        epochs: Mapping[str, int] | None = None,  # noqa: ARG002 - nobody else writes
    ) -> Written[list[Appended]]:
        """Store the events whose `event_id` is new to their person; those that wait for their items, within limits."""
        return self._database.writer.submit(self._append, (tuple(rows), limits))

    def columns(self, after: int = 0, through: int | None = None, user_id: str | None = None) -> LoggedColumns:
        """The events with after < sequence <= through that count, of everybody or of one user."""
        parameters: dict[str, Any] = {"after": after, "through": _END if through is None else through}
        if user_id is None:
            return self._select(_RANGE, parameters)
        return self._select(f"{_RANGE} {_OF_USER}", parameters | {"user": user_id})

    def columns_of(self, user_ids: Sequence[str]) -> LoggedColumns:
        """All events of some users that count."""
        return self._select(_OF_USERS, {"users": list(user_ids)})

    def event_ids(self, sequences: Sequence[int]) -> dict[int, str]:
        """The `event_id` of each of the numbers that is in the log."""
        with self._database.reading() as connection:
            return _ids(connection, sequences)

    def last_sequence(self) -> int:
        """The highest number that a stored event ever had."""
        with self._database.reading() as connection:
            return int(connection.execute(LAST_SEQUENCE).fetchall()[0][0])

    def users_of(self, item_ids: Sequence[str]) -> list[str]:
        """The users with an event on any of the items, or who are known to have seen one."""
        with self._database.reading() as connection:
            return [user for (user,) in connection.execute(_USERS, {"items": list(item_ids)}).fetchall()]

    def held(self, user_id: str, after: int = 0, count: int = 1_000) -> list[HeldEvent]:
        """The next events of one user, forgotten ones too."""
        with self._database.reading() as connection:
            parameters = {"user": user_id, "after": after, "count": count}
            return [held_event(self._types, values) for values in connection.execute(_HELD, parameters).fetchall()]

    def awaited_items(self, item_ids: Sequence[str] | None = None) -> list[AwaitedItem]:
        """Items for which events wait, of all or of some."""
        with self._database.reading() as connection:
            return awaiting_events.awaited_items(connection, item_ids)

    def awaiting(self) -> Awaiting:
        """What waits for its item."""
        with self._database.reading() as connection:
            return awaiting_events.awaiting(connection)

    def adopt(self, request: Adoption) -> Written[Adopted]:
        """Let events whose item came count."""
        return self._database.writer.submit(awaiting_events.adopt, request)

    def expire_awaiting(self, before: float) -> Written[int]:
        """Delete what has waited since before a moment."""
        return self._database.writer.submit(awaiting_events.expire, before)

    def ignore(self, user_id: str, event_id: str) -> Written[bool]:
        """Delete one event for good."""
        return self._database.writer.submit(self._ignore, (user_id, event_id))

    def delete_older(self, before: Mapping[str, float], seen: KeepSeen | None = None) -> Written[Expired]:
        """Delete the events of each type that occurred before a moment."""
        return self._database.writer.submit(delete_older, (self._types.by_code(before), seen))

    def older(self, before: Mapping[str, float]) -> tuple[int, int]:
        """How many events occurred before the moment of their type, and how many there are."""
        with self._database.reading() as connection:
            return count_older(connection, self._types.by_code(before))

    def withdraw(self, request: Withdrawal) -> Written[Expired]:
        """Delete what is held back."""
        return self._database.writer.submit(self._withdraw, request)

    def give(self, connection: DuckDBPyConnection, alias: str, user_id: str) -> None:
        """Let one person's events be another's, in the writer's transaction; those that both had are there once."""
        both = connection.execute(_BOTH, {"alias": alias, "user": user_id}).fetchall()
        held = {each.sequence: each.event for each in _numbered(connection, self._types, {*chain(*both)})}
        twice = [theirs for theirs, mine in both if not differing_fields(held[mine], held[theirs])]
        connection.execute(KEEP_LAST)
        connection.execute(_DELETE_NUMBERED, {"sequences": twice})
        moved = connection.execute(_GIVE, {"alias": alias, "user": user_id}).fetchall()
        for known, column in ((self._known, 1), (self._shown, 2)):
            given = [(row[column], row[0]) for row in moved if row[column] is not None]
            known.add(np.array([digest for digest, _ in given], dtype=np.uint64), [number for _, number in given])

    def delete_user(self, user_id: str) -> Written[int]:
        """Delete all events of one user."""
        return self._database.writer.submit(_delete_users, user_id)

    def _withdraw(self, connection: DuckDBPyConnection, requests: Sequence[Withdrawal]) -> list[Expired]:
        answers = [withdraw(connection, request) for request in requests]
        self._ignored.add_all(digest for _, digests in answers for digest in digests)
        return [expired for expired, _ in answers]

    def _ignore(self, connection: DuckDBPyConnection, requests: Sequence[tuple[str, str]]) -> list[bool]:
        connection.execute(KEEP_LAST)
        return [self._ignore_one(connection, user_id, event_id) for user_id, event_id in requests]

    def _ignore_one(self, connection: DuckDBPyConnection, user_id: str, event_id: str) -> bool:
        found = connection.execute(_FIND, {"user": user_id, "event": event_id}).fetchall()
        for (sequence,) in found:
            ((digest, own),) = connection.execute(_IGNORE, {"user": user_id, "sequence": sequence}).fetchall()
            connection.execute(_KEEP_IGNORED, {"user": user_id, "digest": digest})
            self._ignored.add(own)
            mark_for_rewriting(connection)
        return bool(found)

    def _select(self, condition: str, parameters: dict[str, Any]) -> LoggedColumns:
        query = f"{_COLUMNS} {condition}"
        with self._database.reading() as connection:
            return logged_columns(connection.sql(query, params=parameters).to_arrow_table())

    def _append(self, connection: DuckDBPyConnection, requests: Sequence[Request]) -> list[list[Appended]]:
        rows = [row for request, _ in requests for row in request]
        digests = digests_of(row.event_id for row in rows)
        own = own_digests(digests, (row.user_id for row in rows))
        impressions = np.flatnonzero([shown(row) is not None for row in rows])
        tellings = shown_digests([rows[place] for place in impressions])
        stored = _numbered(connection, self._types, {*self._known.sequences(own), *self._shown.sequences(tellings)})
        gone = [(rows[place].user_id, rows[place].event_id) for place in self._ignored.among(connection, own)]
        room = Room.of(connection, rows, next((limits for _, limits in requests if limits), None))
        arrivals = Arrivals(stored, gone, self._numbers, room)
        appended = [arrivals.answer(row) for row in rows]
        awaiting_events.count(connection, "refused", room.refused)
        new = np.flatnonzero([answer.stored for answer in appended])
        if len(new):
            numbers = np.array([answer.sequence for answer in appended])
            columns = numbers[new].tolist(), digests[new], self._types.codes(rows[position].type for position in new)
            _insert(connection, [rows[position] for position in new], *columns)
            self._database.witness.reach(int(numbers[new].max()))
            self._known.add(own[new], numbers[new].tolist())
            fresh = np.isin(impressions, new)
            self._shown.add(tellings[fresh], numbers[impressions[fresh]].tolist())
        answers = iter(appended)
        return [list(islice(answers, len(request))) for request, _ in requests]


def _ids(connection: DuckDBPyConnection, sequences: Sequence[int]) -> dict[int, str]:
    return dict(connection.execute(_IDS, {"sequences": list(sequences)}).fetchall()) if sequences else {}


def _numbered(connection: DuckDBPyConnection, types: TypeCodes, sequences: Collection[int]) -> list[HeldEvent]:
    """The events of these numbers, as far as they are there."""
    if not sequences:
        return []
    return [
        held_event(types, values) for values in connection.execute(_NUMBERED, {"sequences": list(sequences)}).fetchall()
    ]


def _delete_users(connection: DuckDBPyConnection, user_ids: Sequence[str]) -> list[int]:
    connection.execute(KEEP_LAST)
    delete_users(connection, (_FORGET_IGNORED,), user_ids)
    return delete_users(connection, (_DELETE,), user_ids)


def _insert(
    connection: DuckDBPyConnection,
    rows: Sequence[NewEvent],
    sequences: Sequence[int],
    digests: NDArray[np.uint64],
    types: Sequence[int],
) -> None:
    """Arrow is the quickest way for many rows; for one alone it costs half as much again as a plain statement."""
    if len(rows) > 1:
        connection.from_arrow(_table(rows, sequences, digests, types)).insert_into("events")
        return
    row = rows[0]
    told = {"sequence": sequences[0], "event_id": row.event_id, "digest": int(digests[0])}
    told |= {"user": row.user_id, "item": row.item_id, "type": types[0], "value": row.value}
    told |= {"occurred_at": micros(row.occurred_at), "received_at": micros(row.received_at)}
    told |= {"recommendation": row.recommendation_id, "position": row.position}
    told |= {"context": row.context and row.context.decode(), "awaiting": row.awaiting_item or None}
    connection.execute(_INSERT, told)


def _table(
    rows: Sequence[NewEvent], sequences: Sequence[int], digests: NDArray[np.uint64], types: Sequence[int]
) -> pa.Table:
    """The rows as the columns of the table `events`, in its order."""
    return pa.table(
        {
            "sequence": pa.array(sequences, pa.int64()),
            "event_id": pa.array([row.event_id for row in rows], pa.string()),
            "event_digest": pa.array(digests),
            "user_id": pa.array([row.user_id for row in rows], pa.string()),
            "item_id": pa.array([row.item_id for row in rows], pa.string()),
            "type": pa.array(types, pa.int8()),
            "value": pa.array([row.value for row in rows], pa.float64()),
            "occurred_at": _timestamps([row.occurred_at for row in rows]),
            "received_at": _timestamps([row.received_at for row in rows]),
            "recommendation_id": pa.array([row.recommendation_id for row in rows], pa.string()),
            "position": pa.array([row.position for row in rows], pa.int64()),
            "context": pa.array([row.context for row in rows], pa.binary()).cast(pa.string()),
            "forgotten_by": pa.nulls(len(rows), pa.int64()),
            "awaiting_item": pa.array([row.awaiting_item or None for row in rows], pa.bool_()),
        }
    )


def _timestamps(seconds: Sequence[float]) -> pa.Array:
    return pa.array(np.rint(np.array(seconds) * 1e6).astype(np.int64)).cast(pa.timestamp("us"))
