"""Aliases and the history of control actions in PostgreSQL."""

from __future__ import annotations

from collections.abc import Collection
from itertools import chain
from typing import Any, Final

from psycopg import Connection

from app.storage.event_identity import differing_fields
from app.storage.event_types import TypeCodes
from app.storage.group_writer import Written
from app.storage.postgres.actions import day_of, record
from app.storage.postgres.database import PostgresDatabase
from app.storage.postgres.events import PostgresEventLog
from app.storage.postgres.people import PEOPLE, changing, deleted, strings
from app.storage.postgres.shared import put_shared
from app.storage.postgres.statements import statements
from app.storage.rows import ControlAction, ErasedId, Merge
from app.storage.stored_rows import held_event
from app.storage.timestamps import micros, seconds

_EVENTS: Final = statements("events")
_NUMBERED: Final = _EVENTS["whole"] + b" WHERE user_id = ANY(%(users)s) AND sequence = ANY(%(numbers)s)"
_ERASURES: Final = "erasures"
"""Shared document of which there is another version after each erasure: no row of a person is left to tell of it."""
_GIVEN: Final = (
    (PEOPLE["give_seen"], PEOPLE["delete_seen"]),
    (PEOPLE["give_ignored"], _EVENTS["delete_ignored"]),
    (PEOPLE["give_actions"], PEOPLE["delete_actions"]),
)
"""Rows of a person are written anew for another, and then deleted."""


class PostgresIdentities:
    """Who is whom, and what people decided."""

    def __init__(self, database: PostgresDatabase, events: PostgresEventLog) -> None:
        self._database, self._events = database, events

    def aliases(self, ids: Collection[str] | None = None) -> dict[str, str]:
        """Every alias and the person that it names; of all, or where either is one of some ids."""
        return dict(self._rows(PEOPLE["aliases"], {"ids": strings(ids)}))

    def merge(self, merge: Merge) -> Written[None]:
        """Give one person's history to another."""
        return self._database.write(lambda connection: _merge(connection, merge, self._events.codes()))

    def record(self, action: ControlAction) -> Written[None]:
        """Add an action to a person's history, and to the day's counts."""
        return self._database.write(lambda connection: _record(connection, action))

    def actions(self, user_id: str) -> list[ControlAction]:
        """A person's history, oldest first."""
        return [
            ControlAction(user, action, detail.encode(), seconds(at), key)
            for user, action, detail, at, key in self._rows(PEOPLE["actions"], {"user": user_id})
        ]

    def counts(self, since: float) -> dict[str, int]:
        """How often each action was taken, from the day of a moment on, by whomever."""
        return dict(self._rows(PEOPLE["counts"], {"since": day_of(since)}))

    def erased(self, digests: Collection[str] | None = None) -> list[ErasedId]:
        """Every id that was erased and is not forgotten yet, or those of some digests."""
        return [
            ErasedId(digest, seconds(at), seconds(until), None if returned is None else seconds(returned), unfinished)
            for digest, at, until, returned, unfinished in self._rows(PEOPLE["erased"], {"digests": strings(digests)})
        ]

    def put_erased(self, erased: ErasedId) -> Written[None]:
        """Note or change one, and forget those whose time was over when it was erased."""
        return self._database.write(lambda connection: _put_erased(connection, erased))

    def known_ids(self) -> list[str]:
        """Every id that a table names as a person's, in no order."""
        return [user_id for (user_id,) in self._rows(PEOPLE["known_ids"])]

    def delete_user(self, user_id: str) -> Written[int]:
        """Delete all of one user; answers how many rows there were."""
        each = PEOPLE["delete_aliases"], PEOPLE["delete_actions"]
        return self._database.erase(lambda connection: deleted(connection, user_id, *each))

    def _rows(self, query: bytes, given: dict[str, Any] | None = None) -> list[tuple[Any, ...]]:
        return self._database.read(lambda connection: connection.execute(query, given).fetchall())


def _merge(connection: Connection[Any], merge: Merge, types: TypeCodes) -> None:
    named: dict[str, Any] = {"alias": merge.alias, "user": merge.user_id}
    with changing(connection, merge.alias, merge.user_id):
        _give_events(connection, named, types)
        for give, delete in _GIVEN:
            connection.execute(give, named)
            connection.execute(delete, {"user": merge.alias})
        connection.execute(PEOPLE["give_aliases"], named)
        connection.execute(PEOPLE["add_alias"], named | {"at": micros(merge.at)})
        connection.execute(PEOPLE["delete_row"], {"user": merge.alias})
        if merge.profile is not None:
            profile = {"user": merge.user_id, "profile": merge.profile.decode(), "at": micros(merge.at)}
            connection.execute(PEOPLE["put_profile"], profile)


def _give_events(connection: Connection[Any], named: dict[str, Any], types: TypeCodes) -> None:
    """Those that both had are there once."""
    both = connection.execute(_EVENTS["both"], named).fetchall()
    wanted = {"users": list(named.values()), "numbers": list({*chain(*both)})}
    rows = connection.execute(_NUMBERED, wanted).fetchall() if both else []
    held = {row[0]: held_event(types, row).event for row in rows}
    twice = [theirs for theirs, mine in both if not differing_fields(held[mine], held[theirs])]
    connection.execute(_EVENTS["delete_numbered"], {"user": named["alias"], "numbers": twice})
    ((before,),) = connection.execute(PEOPLE["lock"], named).fetchall()
    given = connection.execute(_EVENTS["give"], named | {"before": before}).rowcount
    connection.execute(PEOPLE["grow"], named | {"count": given})
    connection.execute(_EVENTS["delete_events"], {"user": named["alias"]})


def _record(connection: Connection[Any], action: ControlAction) -> None:
    with connection.transaction():
        record(connection, action)


def _put_erased(connection: Connection[Any], erased: ErasedId) -> None:
    told = {
        "digest": erased.digest,
        "erased": micros(erased.erased_at),
        "until": micros(erased.refused_until),
        "returned": None if erased.returned_at is None else micros(erased.returned_at),
        "unfinished": erased.unfinished,
    }
    with connection.transaction():
        connection.execute(PEOPLE["forget_erased"], {"at": micros(erased.erased_at)})
        connection.execute(PEOPLE["put_erased"], told)
        put_shared(connection, _ERASURES, b"{}")
