"""Aliases and the history of control actions in DuckDB."""

from __future__ import annotations

from collections.abc import Collection, Sequence

from duckdb import DuckDBPyConnection

from app.storage.control_actions import record_actions
from app.storage.database import Database, delete_users, mark_for_rewriting
from app.storage.duckdb_events import DuckDBEventLog
from app.storage.group_writer import Written
from app.storage.ignored_events import IgnoredEvents
from app.storage.rows import ControlAction, ErasedId, Merge
from app.storage.timestamps import micros, seconds

_ALIASES = "SELECT alias, user_id FROM aliases {where} ORDER BY merged_at, alias"
_NAMED = "WHERE list_contains($ids::VARCHAR[], alias) OR list_contains($ids::VARCHAR[], user_id)"
_MERGE = (
    "UPDATE seen_items SET user_id = $user WHERE user_id = $alias",
    "UPDATE ignored_events SET user_id = $user WHERE user_id = $alias",
    "UPDATE control_actions SET user_id = $user WHERE user_id = $alias",
    "UPDATE aliases SET user_id = $user WHERE user_id = $alias",
    "INSERT INTO aliases VALUES ($alias, $user, make_timestamp($at))",
    "DELETE FROM users WHERE user_id = $alias",
)
_PUT_PROFILE = """
MERGE INTO users USING (SELECT $user AS user_id, $profile AS profile, make_timestamp($at) AS at) AS incoming
    USING (user_id)
WHEN MATCHED THEN UPDATE SET profile = incoming.profile, updated_at = incoming.at
WHEN NOT MATCHED THEN INSERT (user_id, profile, created_at, updated_at)
    VALUES (incoming.user_id, incoming.profile, incoming.at, incoming.at)
"""
_ACTIONS = """
SELECT user_id, action, detail, epoch_us(happened_at), key_id FROM control_actions WHERE user_id = $user ORDER BY number
"""
_COUNTS = """
SELECT action, sum(times)::BIGINT FROM control_counts WHERE day >= make_timestamp($since)::DATE
GROUP BY action ORDER BY action
"""
_ERASED = """
SELECT digest, epoch_us(erased_at), epoch_us(refused_until), epoch_us(returned_at), coalesce(unfinished, false)
FROM erased_ids
"""
_OF_DIGESTS = "WHERE digest IN (SELECT unnest($digests::VARCHAR[]))"
_DROP_ERASED = "DELETE FROM erased_ids WHERE digest = $digest"
_PUT_ERASED = """
INSERT INTO erased_ids
VALUES ($digest, make_timestamp($erased), make_timestamp($until), make_timestamp($returned), $unfinished)
"""
_FORGET_ERASED = "DELETE FROM erased_ids WHERE refused_until <= make_timestamp($at) AND NOT coalesce(unfinished, false)"
_NAMING = """
SELECT table_name, column_name FROM duckdb_columns() WHERE NOT internal AND column_name IN ('user_id', 'alias')
"""
_DELETE_USER = (
    "DELETE FROM aliases WHERE user_id = $user OR alias = $user",
    "DELETE FROM control_actions WHERE user_id = $user",
)


class DuckDBIdentities:
    """Who is whom, and what people decided."""

    def __init__(self, database: Database, events: DuckDBEventLog, ignored: IgnoredEvents) -> None:
        self._database, self._events, self._ignored = database, events, ignored

    def aliases(self, ids: Collection[str] | None = None) -> dict[str, str]:
        """Every alias and the person that it names; of all, or where either is one of some ids."""
        with self._database.reading() as connection:
            given = {} if ids is None else {"ids": list(ids)}
            return dict(connection.execute(_ALIASES.format(where="" if ids is None else _NAMED), given).fetchall())

    def merge(self, merge: Merge) -> Written[None]:
        """Give one person's history to another."""
        return self._database.writer.submit(self._merge, merge)

    def record(self, action: ControlAction) -> Written[None]:
        """Add an action to a person's history, and to the day's counts."""
        return self._database.writer.submit(_record, action)

    def actions(self, user_id: str) -> list[ControlAction]:
        """A person's history, oldest first."""
        with self._database.reading() as connection:
            rows = connection.execute(_ACTIONS, {"user": user_id}).fetchall()
        return [
            ControlAction(user, action, detail.encode(), seconds(at), key) for user, action, detail, at, key in rows
        ]

    def counts(self, since: float) -> dict[str, int]:
        """How often each action was taken, from the day of a moment on, by whomever."""
        with self._database.reading() as connection:
            return dict(connection.execute(_COUNTS, {"since": micros(since)}).fetchall())

    def erased(self, digests: Collection[str] | None = None) -> list[ErasedId]:
        """Every id that was erased and is not forgotten yet, or those of some digests."""
        with self._database.reading() as connection:
            given = {} if digests is None else {"digests": list(digests)}
            rows = connection.execute(_ERASED if digests is None else f"{_ERASED} {_OF_DIGESTS}", given).fetchall()
        return [
            ErasedId(digest, seconds(at), seconds(until), None if returned is None else seconds(returned), unfinished)
            for digest, at, until, returned, unfinished in rows
        ]

    def put_erased(self, erased: ErasedId) -> Written[None]:
        """Note or change one, and forget those whose time was over when it was erased."""
        return self._database.writer.submit(_put_erased, erased)

    def known_ids(self) -> list[str]:
        """Every id that a table names as a person's, in no order."""
        with self._database.reading() as connection:
            columns = connection.execute(_NAMING).fetchall()
            every = [connection.table(table).project(f'"{column}"') for table, column in columns]
            return list({user_id for each in every for (user_id,) in each.distinct().fetchall()})

    def delete_user(self, user_id: str) -> Written[int]:
        """Delete all of one user; answers how many rows there were."""
        return self._database.writer.submit(_delete_users, user_id)

    def _merge(self, connection: DuckDBPyConnection, merges: Sequence[Merge]) -> list[None]:
        mark_for_rewriting(connection)
        for merge in merges:
            self._events.give(connection, merge.alias, merge.user_id)
            _merge_rest(connection, merge)
            self._ignored.add_of(connection, merge.user_id)
        return [None] * len(merges)


def _merge_rest(connection: DuckDBPyConnection, merge: Merge) -> None:
    named = {"alias": merge.alias, "user": merge.user_id}
    for statement in _MERGE:
        wanted = {name: value for name, value in named.items() if f"${name}" in statement}
        connection.execute(statement, wanted | ({"at": micros(merge.at)} if "$at" in statement else {}))
    if merge.profile is not None:
        profile = {"user": merge.user_id, "profile": merge.profile.decode(), "at": micros(merge.at)}
        connection.execute(_PUT_PROFILE, profile)


def _record(connection: DuckDBPyConnection, actions: Sequence[ControlAction]) -> list[None]:
    record_actions(connection, actions)
    return [None] * len(actions)


def _put_erased(connection: DuckDBPyConnection, erased: Sequence[ErasedId]) -> list[None]:
    for each in erased:
        connection.execute(_FORGET_ERASED, {"at": micros(each.erased_at)})
        connection.execute(_DROP_ERASED, {"digest": each.digest})
        times = {"erased": micros(each.erased_at), "until": micros(each.refused_until)}
        returned = None if each.returned_at is None else micros(each.returned_at)
        changed = {"digest": each.digest, **times, "returned": returned, "unfinished": each.unfinished}
        connection.execute(_PUT_ERASED, changed)
    return [None] * len(erased)


def _delete_users(connection: DuckDBPyConnection, user_ids: Sequence[str]) -> list[int]:
    return delete_users(connection, _DELETE_USER, user_ids)
