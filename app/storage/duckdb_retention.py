"""Deletes events that were kept long enough, in DuckDB."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from duckdb import DuckDBPyConnection

from app.storage.database import mark_for_rewriting
from app.storage.rows import Expired
from models.events import CODE_OF, EventType

KEEP_LAST = """
UPDATE event_numbers
SET deleted_through = greatest(deleted_through, (SELECT coalesce(max(sequence), 0) FROM events))
"""
_DELETE = "DELETE FROM events WHERE type = $type AND epoch_us(occurred_at) < $before RETURNING user_id"


def delete_older(connection: DuckDBPyConnection, requests: Sequence[Mapping[EventType, float]]) -> list[Expired]:
    """Carry out several requests in one transaction; each is answered with what it deleted."""
    connection.execute(KEEP_LAST)
    return [_delete(connection, before) for before in requests]


def _delete(connection: DuckDBPyConnection, before: Mapping[EventType, float]) -> Expired:
    users: list[str] = []
    for kind, moment in before.items():
        given = {"type": CODE_OF[kind], "before": round(1e6 * moment)}
        users.extend(user for (user,) in connection.execute(_DELETE, given).fetchall())
    if users:
        mark_for_rewriting(connection)
    return Expired(len(users), tuple(sorted(set(users))))
