"""Forgettings in PostgreSQL: what was forgotten stays in its tables, inert, until it can no longer be undone."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import Any, Final

import numpy as np
from psycopg import Connection

from app.storage.group_writer import Written
from app.storage.postgres.database import PostgresDatabase
from app.storage.postgres.event_rows import read_pairs
from app.storage.postgres.people import PEOPLE, changing, deleted, strings
from app.storage.postgres.retention import ignore
from app.storage.postgres.statements import statements
from app.storage.rows import ForgetRequest, Forgetting, OnTopic, SeenColumns
from app.storage.stored_rows import forgetting
from app.storage.timestamps import micros

EVENTS: Final = statements("events")


class PostgresForgettings:
    """Forgettings, and what was seen beside the log."""

    def __init__(self, database: PostgresDatabase) -> None:
        self._database = database

    def all(self, user_ids: Collection[str] | None = None) -> list[Forgetting]:
        """Every forgetting that was not undone, of everybody or of some ids, in order."""
        given = {"users": strings(user_ids)}
        rows = self._database.read(lambda connection: connection.execute(PEOPLE["forgettings"], given).fetchall())
        return [forgetting(*row) for row in rows]

    def forget(self, request: ForgetRequest) -> Written[int]:
        """Make what it covers inert; answers the number."""
        return self._database.write(lambda connection: _forget(connection, request))

    def undo(self, number: int, at: float) -> Written[bool]:
        """Let it count again, if that is still possible."""
        return self._database.write(lambda connection: _undo(connection, number, at))

    def finish(self, at: float) -> Written[int]:
        """Delete what can no longer be undone; answers how many forgettings became final."""
        return self._database.write(lambda connection: _finish(connection, at), beside=True)

    def see(self, user_id: str, item_ids: Sequence[str], at: float) -> Written[None]:
        """Remember items as seen, and nothing else."""
        given = {"user": user_id, "items": list(item_ids), "at": micros(at)}
        return self._database.write(lambda connection: _see(connection, given))

    def delete_older(self, before: float) -> Written[tuple[str, ...]]:
        """Delete that items were seen before a moment."""
        return self._database.write(lambda connection: _delete_older(connection, before), beside=True)

    def seen(self, user_ids: Sequence[str] | None = None) -> SeenColumns:
        """What counts as seen without an event."""
        given = {"users": strings(user_ids)}
        return self._database.read(lambda connection: read_pairs(connection, PEOPLE["seen"], given))

    def delete_user(self, user_id: str) -> Written[int]:
        """Delete all of one user; answers how many rows there were."""
        each = PEOPLE["delete_forgettings"], PEOPLE["delete_seen"]
        return self._database.erase(lambda connection: deleted(connection, user_id, *each))


def _forget(connection: Connection[Any], request: ForgetRequest) -> int:
    forgetting = request.forgetting
    ids = (forgetting.user_id, *request.aliases)
    with changing(connection, *ids):
        ((number,),) = connection.execute(PEOPLE["next_forgetting"]).fetchall()
        for user_id in ids:
            connection.execute(PEOPLE["add_forgetting"], _row(forgetting, number, user_id))
        of_user = {"user": forgetting.user_id, "number": number}
        if request.on_topic is None:
            since = None if forgetting.since is None else micros(forgetting.since)
            connection.execute(PEOPLE["forget_since"], of_user | {"since": since})
        else:
            _forget_events_on(connection, of_user, request.on_topic)
        if forgetting.keeps_seen:
            connection.execute(PEOPLE["keep_seen"], of_user | {"types": list(request.seen_types)})
        else:
            _forget_seen(connection, of_user, request)
        if forgetting.scope == "all":
            connection.execute(PEOPLE["begin_epoch"], of_user | {"at": micros(forgetting.made_at)})
    return int(number)


def _row(forgetting: Forgetting, number: int, user_id: str) -> dict[str, Any]:
    return {
        "user": user_id,
        "number": number,
        "scope": forgetting.scope,
        "topic": forgetting.topic,
        "since": None if forgetting.since is None else micros(forgetting.since),
        "made_at": micros(forgetting.made_at),
        "keeps_seen": forgetting.keeps_seen,
        "undo_until": micros(forgetting.undo_until),
    }


def _forget_events_on(connection: Connection[Any], of_user: dict[str, Any], on_topic: OnTopic) -> None:
    standing = connection.execute(PEOPLE["standing_events"], of_user).fetchall()
    places = np.flatnonzero(on_topic([item_id for _, item_id in standing])).tolist()
    connection.execute(EVENTS["forget_numbered"], of_user | {"numbers": [standing[place][0] for place in places]})


def _forget_seen(connection: Connection[Any], of_user: dict[str, Any], request: ForgetRequest) -> None:
    """What an earlier forgetting kept as seen; of a time span nothing is known there, so that it stays."""
    if request.forgetting.scope == "all":
        connection.execute(PEOPLE["forget_seen"], of_user)
    elif request.on_topic is not None:
        seen = [item_id for (item_id,) in connection.execute(PEOPLE["seen_of_one"], of_user).fetchall()]
        items = [seen[place] for place in np.flatnonzero(request.on_topic(seen)).tolist()]
        connection.execute(PEOPLE["forget_seen_of"], of_user | {"items": items})


def _undo(connection: Connection[Any], number: int, at: float) -> bool:
    concerned = _concerned(connection, number)
    with changing(connection, *concerned):
        open_ = {"number": number, "at": micros(at)}
        ((possible,),) = connection.execute(PEOPLE["open_forgetting"], open_).fetchall()
        if possible:
            for user_id in concerned:
                for each in ("undo_events", "undo_kept", "undo_seen"):
                    connection.execute(PEOPLE[each], {"user": user_id, "number": number})
            connection.execute(PEOPLE["undo_forgetting"], {"number": number})
    return bool(possible)


def _finish(connection: Connection[Any], at: float) -> int:
    due = connection.execute(PEOPLE["due_forgettings"], {"at": micros(at)}).fetchall()
    for (number,) in due:
        concerned = _concerned(connection, number)
        with changing(connection, *concerned):
            for user_id in concerned:
                _finish_of(connection, {"user": user_id, "number": number})
            connection.execute(PEOPLE["finish_forgetting"], {"number": number})
    return len(due)


def _finish_of(connection: Connection[Any], given: dict[str, Any]) -> None:
    events = connection.execute(PEOPLE["forgotten_on_topic"], given).fetchall()
    ignore(connection, given["user"], [event_id for (event_id,) in events])
    connection.execute(PEOPLE["finish_events"], given)
    connection.execute(PEOPLE["finish_seen"], given)


def _concerned(connection: Connection[Any], number: int) -> list[str]:
    found = connection.execute(PEOPLE["concerned"], {"number": number}).fetchall()
    return [user_id for (user_id,) in found]


def _see(connection: Connection[Any], given: dict[str, Any]) -> None:
    with changing(connection, given["user"]):
        connection.execute(PEOPLE["see"], given)


def _delete_older(connection: Connection[Any], before: float) -> tuple[str, ...]:
    given = {"before": micros(before)}
    owners = [user_id for (user_id,) in connection.execute(PEOPLE["owners_of_old_seen"], given).fetchall()]
    for user_id in owners:
        with changing(connection, user_id):
            connection.execute(PEOPLE["delete_old_seen"], given | {"user": user_id})
    return tuple(owners)
