"""Deletes events that were kept long enough, in DuckDB."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from duckdb import DuckDBPyConnection

from app.storage.database import mark_for_rewriting
from app.storage.rows import Expired, KeepSeen

KEEP_LAST = """
UPDATE event_numbers
SET deleted_through = greatest(deleted_through, (SELECT coalesce(max(sequence), 0) FROM events))
"""
_KEEP_SEEN = """
MERGE INTO seen_items USING (
    SELECT user_id, item_id, max(occurred_at) AS latest FROM events
    WHERE type = $type AND epoch_us(occurred_at) < $before AND epoch_us(occurred_at) >= $seen AND forgotten_by IS NULL
    GROUP BY user_id, item_id
) AS gone
ON seen_items.user_id = gone.user_id AND seen_items.item_id = gone.item_id AND seen_items.forgotten_by IS NULL
WHEN MATCHED THEN UPDATE SET seen_at = greatest(seen_items.seen_at, gone.latest)
WHEN NOT MATCHED THEN INSERT VALUES (gone.user_id, gone.item_id, 0, NULL, gone.latest)
"""
_COUNT = "SELECT count(*) FROM events WHERE type = $type AND epoch_us(occurred_at) < $before"
_DELETE = "DELETE FROM events WHERE type = $type AND epoch_us(occurred_at) < $before RETURNING user_id"


Request = tuple[Mapping[int, tuple[str, float]], KeepSeen | None]
"""By code of an event type its name, and the moment before which its events go; and what stays known."""


def delete_older(connection: DuckDBPyConnection, requests: Sequence[Request]) -> list[Expired]:
    """Carry out several requests in one transaction; each is answered with what it deleted."""
    connection.execute(KEEP_LAST)
    return [_delete(connection, before, seen) for before, seen in requests]


def count_older(connection: DuckDBPyConnection, before: Mapping[int, tuple[str, float]]) -> tuple[int, int]:
    """How many events would go, and how many there are."""
    older = 0
    for code, (_, moment) in before.items():
        given = {"type": code, "before": round(1e6 * moment)}
        older += int(connection.execute(_COUNT, given).fetchall()[0][0])
    return older, int(connection.execute("SELECT count(*) FROM events").fetchall()[0][0])


def _delete(connection: DuckDBPyConnection, before: Mapping[int, tuple[str, float]], seen: KeepSeen | None) -> Expired:
    users: list[str] = []
    for code, (kind, moment) in before.items():
        given = {"type": code, "before": round(1e6 * moment)}
        if seen and kind in seen.types:
            connection.execute(_KEEP_SEEN, {**given, "seen": round(1e6 * seen.since)})
        users.extend(user for (user,) in connection.execute(_DELETE, given).fetchall())
    if users:
        mark_for_rewriting(connection)
    return Expired(len(users), tuple(sorted(set(users))))
