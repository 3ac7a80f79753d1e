"""The snapshots' history in DuckDB."""

from __future__ import annotations

from collections.abc import Sequence

from duckdb import DuckDBPyConnection

from app.storage.database import Database
from app.storage.group_writer import Written
from app.storage.rows import SnapshotEvent
from app.storage.timestamps import micros, seconds

_INSERT = """
INSERT INTO snapshot_history (number, snapshot_id, event, happened_at, detail)
SELECT coalesce(max(number), 0) + 1, $snapshot, $event, make_timestamp($at), $detail FROM snapshot_history
"""
_SELECT = "SELECT snapshot_id, event, epoch_us(happened_at), detail FROM snapshot_history ORDER BY number"


class DuckDBSnapshotHistory:
    """What happened to snapshots."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def record(self, snapshot_id: str, event: str, at: float, detail: str = "") -> Written[None]:
        """Add one entry."""
        return self._database.writer.submit(_record, SnapshotEvent(snapshot_id, event, at, detail))

    def all(self) -> list[SnapshotEvent]:
        """Every entry, in the order of recording."""
        with self._database.reading() as connection:
            rows = connection.execute(_SELECT).fetchall()
        return [SnapshotEvent(snapshot, event, seconds(at_us), detail) for snapshot, event, at_us, detail in rows]


def _record(connection: DuckDBPyConnection, entries: Sequence[SnapshotEvent]) -> list[None]:
    for entry in entries:
        parameters = {
            "snapshot": entry.snapshot_id,
            "event": entry.event,
            "at": micros(entry.at),
            "detail": entry.detail,
        }
        connection.execute(_INSERT, parameters)
    return [None] * len(entries)
