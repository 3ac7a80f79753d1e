"""The journal of items in PostgreSQL."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import count
from typing import Any, Final

from psycopg import Connection

from app.storage.group_writer import Written
from app.storage.postgres.database import PostgresDatabase
from app.storage.postgres.statements import statements
from app.storage.rows import ItemChange
from app.storage.timestamps import micros, seconds

_CATALOGUE: Final = statements("catalogue")


class PostgresItemJournal:
    """The journal; the table holds one row, the newest change, for each item."""

    def __init__(self, database: PostgresDatabase) -> None:
        self._database = database

    def upsert(self, documents: Sequence[tuple[str, bytes]], at: float) -> Written[list[int]]:
        """Record documents; answers their versions."""
        return self._record([(item_id, document.decode()) for item_id, document in documents], at)

    def delete(self, item_ids: Sequence[str], at: float) -> Written[list[int]]:
        """Record deletions; answers their versions."""
        return self._record([(item_id, None) for item_id in item_ids], at)

    def get(self, item_id: str) -> ItemChange | None:
        """The newest change of one item."""
        found = self._select(_CATALOGUE["change_of"], {"item": item_id})
        return found[0] if found else None

    def changes(self, after_version: int = 0) -> list[ItemChange]:
        """The changes after a version, in order."""
        return self._select(_CATALOGUE["changes"], {"after": after_version})

    def last_version(self) -> int:
        """The version of the newest change."""
        return self._database.read(_last_version)

    def _record(self, entries: Sequence[tuple[str, str | None]], at: float) -> Written[list[int]]:
        return self._database.write(lambda connection: _put(connection, entries, micros(at)))

    def _select(self, query: bytes, given: dict[str, Any]) -> list[ItemChange]:
        rows = self._database.read(lambda connection: connection.execute(query, given).fetchall())
        return [
            ItemChange(version, item_id, None if document is None else document.encode(), seconds(changed))
            for version, item_id, document, changed in rows
        ]


def _last_version(connection: Connection[Any]) -> int:
    return int(connection.execute(_CATALOGUE["last_version"]).fetchall()[0][0])


def _put(connection: Connection[Any], entries: Sequence[tuple[str, str | None]], at: int) -> list[int]:
    """Number all entries; the newest of each item takes the place of the one before."""
    if not entries:
        return []
    with connection.transaction():
        connection.execute(_CATALOGUE["lock_journal"])
        numbered = list(zip(count(_last_version(connection) + 1), entries, strict=False))
        newest = {item_id: (version, document) for version, (item_id, document) in numbered}
        versions, documents = map(list, zip(*newest.values(), strict=True))
        told = {"items": list(newest), "versions": versions, "documents": documents, "times": [at] * len(newest)}
        connection.execute(_CATALOGUE["put_changes"], told)
    return [version for version, _ in numbered]
