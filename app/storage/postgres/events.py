"""The event log in PostgreSQL."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Final

from psycopg import Connection

from app.storage.event_types import TypeCodes, next_codes
from app.storage.group_writer import Written
from app.storage.postgres import awaiting, retention
from app.storage.postgres.database import PostgresDatabase
from app.storage.postgres.event_rows import read_columns
from app.storage.postgres.intake import Intake, take_in
from app.storage.postgres.people import PEOPLE, changing, deleting, strings
from app.storage.postgres.statements import statements
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

EVENTS: Final = statements("events")
_AFTER: Final = EVENTS["columns"] + b" AND sequence > %(after)s"
_THROUGH: Final = b" AND sequence <= %(through)s"
_OF_USER: Final = b" AND user_id = %(user)s"
_OF_USERS: Final = EVENTS["columns"] + b" AND user_id = ANY(%(users)s)"
_SINCE: Final = EVENTS["columns"] + b" AND xact >= %(mark)s::text::xid8"
_HELD: Final = EVENTS["whole"] + b" WHERE user_id = %(user)s AND sequence > %(after)s " + EVENTS["next"]


class PostgresEventLog:
    """The log; events of one person are numbered under the lock of their row, those of several side by side."""

    def __init__(self, database: PostgresDatabase) -> None:
        self._database = database
        self._types = TypeCodes(self.types())

    def types(self) -> dict[str, int]:
        """Code by name of every event type that is not built in and was ever declared."""
        return self._database.read(_declared)

    def declare(self, names: Sequence[str]) -> dict[str, int]:
        """Give a code to each type that has none; codes of all that were ever declared. Blocks.

        Raises:
            EventTypesError: there is no code left.
        """
        known = self.types()
        if set(names) - known.keys():
            known = self._database.write(lambda connection: _declare(connection, names)).result()
        self._types.add(known)
        return known

    def codes(self) -> TypeCodes:
        """Names and codes of all types."""
        self._types.add(self.types())
        return self._types

    def type_counts(self, names: Sequence[str]) -> dict[str, int]:
        """How many events that count there are of each of these types."""
        given = {"names": list(names)}
        return dict(self._rows(EVENTS["type_counts"], given)) if names else {}

    def knows(self, user_id: str, event_id: str) -> bool:
        """Whether an event of this person and id is stored."""
        ((known,),) = self._rows(EVENTS["knows"], {"user": user_id, "event": event_id})
        return bool(known)

    def append(
        self, rows: Sequence[NewEvent], limits: AwaitingLimits | None = None, epochs: Mapping[str, int] | None = None
    ) -> Written[list[Appended]]:
        """Store the events whose `event_id` is new to their person, where they are as they were when it was checked."""
        intake = Intake(tuple(rows), limits, epochs)
        return self._database.write(lambda connection: take_in(connection, intake, self._known_types(rows)))

    def columns(self, after: int = 0, through: int | None = None, user_id: str | None = None) -> LoggedColumns:
        """The events with after < sequence <= through that count, of everybody or of one user."""
        query = _AFTER + (b"" if through is None else _THROUGH) + (b"" if user_id is None else _OF_USER)
        return self._columns(query, {"after": after, "through": through, "user": user_id})

    def by_person(self) -> tuple[LoggedPeople, Watermark]:
        """All events that count, person by person, and from where to walk on."""
        log, mark = self.walk()
        return LoggedPeople.of(log, int(log.sequence.max(initial=0))), mark

    def walk(self, after: Watermark = BEGINNING) -> tuple[LoggedColumns, Watermark]:
        """Events that the transaction of a mark stored, or a later one.

        The next mark is the oldest transaction that was under way: what it stores may become visible at any time.
        """
        with self._database.snapshot() as connection:
            ((oldest,),) = connection.execute(EVENTS["oldest_transaction"]).fetchall()
            if after:
                return read_columns(connection, _SINCE, {"mark": str(after[0])}), (oldest,)
            return read_columns(connection, EVENTS["columns"], {}), (oldest,)

    def columns_of(self, user_ids: Sequence[str]) -> LoggedColumns:
        """All events of some users that count."""
        return self._columns(_OF_USERS, {"users": list(user_ids)})

    def event_ids(self, sequences: Sequence[int]) -> dict[int, str]:
        """The `event_id` of each of the numbers that is in the log."""
        return dict(self._rows(EVENTS["ids_of_numbers"], {"numbers": list(sequences)})) if sequences else {}

    def last_sequence(self) -> int:
        """The highest number that an event was ever given."""
        ((number,),) = self._rows(EVENTS["last_number"])
        return int(number)

    def users_of(self, item_ids: Sequence[str]) -> list[str]:
        """The users with an event on any of the items, or who are known to have seen one."""
        return [user for (user,) in self._rows(EVENTS["users_of_items"], {"items": list(item_ids)})]

    def held(self, user_id: str, after: int = 0, count: int = 1_000) -> list[HeldEvent]:
        """The next events of one user, forgotten ones too."""
        rows = self._rows(_HELD, {"user": user_id, "after": after, "count": count})
        return [held_event(self._types, row) for row in rows]

    def awaited_items(self, item_ids: Sequence[str] | None = None) -> list[AwaitedItem]:
        """Items for which events wait, of all or of some."""
        return awaiting.awaited_items(self._rows(EVENTS["awaited_items"], {"items": strings(item_ids)}))

    def awaiting(self) -> Awaiting:
        """What waits for its item."""
        return self._database.read(awaiting.awaiting)

    def adopt(self, request: Adoption) -> Written[Adopted]:
        """Let events whose item came count."""
        return self._database.write(lambda connection: awaiting.adopt(connection, request))

    def expire_awaiting(self, before: float) -> Written[int]:
        """Delete what has waited since before a moment."""
        return self._database.write(lambda connection: awaiting.expire(connection, before), beside=True)

    def ignore(self, user_id: str, event_id: str) -> Written[bool]:
        """Delete one event for good."""
        return self._database.write(lambda connection: _ignore(connection, user_id, event_id))

    def delete_older(self, before: Mapping[str, float], seen: KeepSeen | None = None) -> Written[Expired]:
        """Delete the events of each type that occurred before a moment."""
        by_code = self._types.by_code(before)
        return self._database.write(lambda connection: retention.delete_older(connection, by_code, seen), beside=True)

    def older(self, before: Mapping[str, float]) -> tuple[int, int]:
        """How many events occurred before the moment of their type, and how many there are."""
        by_code = self._types.by_code(before)
        return self._database.read(lambda connection: retention.count_older(connection, by_code))

    def withdraw(self, request: Withdrawal) -> Written[Expired]:
        """Delete what is held back."""
        return self._database.write(lambda connection: retention.withdraw(connection, request), beside=True)

    def delete_user(self, user_id: str) -> Written[int]:
        """Delete all events of one user, and their place among the people."""
        return self._database.erase(lambda connection: _delete_user(connection, user_id))

    def _known_types(self, rows: Sequence[NewEvent]) -> TypeCodes:
        """Types that another process declared are asked for when they come."""
        if not all(self._types.known(row.type) for row in rows):
            self._types.add(self.types())
        return self._types

    def _columns(self, query: bytes, given: dict[str, Any]) -> LoggedColumns:
        return self._database.read(lambda connection: read_columns(connection, query, given))

    def _rows(self, query: bytes, given: dict[str, Any] | None = None) -> list[tuple[Any, ...]]:
        return self._database.read(lambda connection: connection.execute(query, given).fetchall())


def _declared(connection: Connection[Any]) -> dict[str, int]:
    return dict(connection.execute(EVENTS["declared_types"]).fetchall())


def _declare(connection: Connection[Any], names: Sequence[str]) -> dict[str, int]:
    with connection.transaction():
        connection.execute(EVENTS["lock_types"])
        codes = _declared(connection)
        for name, code in next_codes(codes, names).items():
            connection.execute(EVENTS["declare_type"], {"code": code, "name": name})
            codes[name] = code
    return codes


def _ignore(connection: Connection[Any], user_id: str, event_id: str) -> bool:
    with changing(connection, user_id):
        found = connection.execute(EVENTS["find"], {"user": user_id, "event": event_id}).fetchall()
        numbers = [number for number, _ in found]
        if numbers:
            retention.ignore(connection, user_id, [event_id])
            connection.execute(EVENTS["delete_numbered"], {"user": user_id, "numbers": numbers})
    return bool(numbers)


def _delete_user(connection: Connection[Any], user_id: str) -> int:
    of_user = {"user": user_id}
    with deleting(connection, user_id):
        connection.execute(EVENTS["delete_ignored"], of_user)
        count = connection.execute(EVENTS["delete_events"], of_user).rowcount
        connection.execute(PEOPLE["delete"], of_user)
    return count
