"""The snapshots' history in PostgreSQL."""

from __future__ import annotations

from typing import Final

from app.storage.group_writer import Written
from app.storage.postgres.database import PostgresDatabase
from app.storage.postgres.statements import statements
from app.storage.rows import SnapshotEvent
from app.storage.timestamps import micros, seconds

_CATALOGUE: Final = statements("catalogue")


class PostgresSnapshotHistory:
    """What happened to snapshots."""

    def __init__(self, database: PostgresDatabase) -> None:
        self._database = database

    def record(self, snapshot_id: str, event: str, at: float, detail: str = "") -> Written[None]:
        """Add one entry."""
        given = {"snapshot": snapshot_id, "event": event, "at": micros(at), "detail": detail}
        return self._database.write(lambda connection: connection.execute(_CATALOGUE["record_snapshot"], given).close())

    def all(self) -> list[SnapshotEvent]:
        """Every entry, in the order of recording."""
        rows = self._database.read(lambda connection: connection.execute(_CATALOGUE["snapshot_history"]).fetchall())
        return [SnapshotEvent(snapshot, event, seconds(at), detail) for snapshot, event, at, detail in rows]
