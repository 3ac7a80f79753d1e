"""The journal of items in DuckDB."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import count, islice
from typing import Any

import pyarrow as pa
from duckdb import DuckDBPyConnection

from app.storage.database import Database
from app.storage.group_writer import Written
from app.storage.rows import ItemChange
from app.storage.timestamps import micros, seconds

_SELECT = "SELECT version, item_id, document, epoch_us(changed_at) FROM item_journal"
_LAST = "SELECT coalesce(max(version), 0) FROM item_journal"
_INSERT = "INSERT INTO item_journal VALUES (?, ?, ?, make_timestamp(?))"
_FEW = 2
_FORGET = "DELETE FROM item_journal WHERE item_id IN (SELECT unnest($items::VARCHAR[]))"


@dataclass(frozen=True, slots=True)
class _Entry:
    item_id: str
    document: bytes | None
    at: float


class DuckDBItemJournal:
    """The journal; the table holds one row, the newest change, for each item."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def upsert(self, documents: Sequence[tuple[str, bytes]], at: float) -> Written[list[int]]:
        """Record documents; answers their versions."""
        return self._record([_Entry(item_id, document, at) for item_id, document in documents])

    def delete(self, item_ids: Sequence[str], at: float) -> Written[list[int]]:
        """Record deletions; answers their versions."""
        return self._record([_Entry(item_id, None, at) for item_id in item_ids])

    def get(self, item_id: str) -> ItemChange | None:
        """The newest change of one item."""
        found = self._select(f"{_SELECT} WHERE item_id = $item", {"item": item_id})
        return found[0] if found else None

    def changes(self, after_version: int = 0) -> list[ItemChange]:
        """The changes after a version, in order."""
        return self._select(f"{_SELECT} WHERE version > $after ORDER BY version", {"after": after_version})

    def last_version(self) -> int:
        """The version of the newest change."""
        with self._database.reading() as connection:
            return _last_version(connection)

    def _record(self, entries: Sequence[_Entry]) -> Written[list[int]]:
        return self._database.writer.submit(_record, entries)

    def _select(self, query: str, parameters: dict[str, Any]) -> list[ItemChange]:
        with self._database.reading() as connection:
            rows = connection.execute(query, parameters).fetchall()
        return [
            ItemChange(version, item_id, None if document is None else document.encode(), seconds(changed_us))
            for version, item_id, document, changed_us in rows
        ]


def _last_version(connection: DuckDBPyConnection) -> int:
    return int(connection.execute(_LAST).fetchall()[0][0])


def _record(connection: DuckDBPyConnection, requests: Sequence[Sequence[_Entry]]) -> list[list[int]]:
    """Number all entries, then put the newest of each item in the place of the one before."""
    versions = count(_last_version(connection) + 1)
    numbered = [list(zip(islice(versions, len(entries)), entries, strict=True)) for entries in requests]
    newest = {entry.item_id: (version, entry) for request in numbered for version, entry in request}
    if newest:
        connection.execute(_FORGET, {"items": list(newest)})
        _insert(connection, sorted(newest.values(), key=lambda pair: pair[0]))
    return [[version for version, _ in request] for request in numbered]


def _insert(connection: DuckDBPyConnection, numbered: Sequence[tuple[int, _Entry]]) -> None:
    """Rows, one by one as long as that takes less time than to make columns of them."""
    if len(numbered) > _FEW:
        connection.from_arrow(_table(numbered)).insert_into("item_journal")
        return
    for version, entry in numbered:
        document = None if entry.document is None else entry.document.decode()
        connection.execute(_INSERT, [version, entry.item_id, document, micros(entry.at)])


def _table(numbered: Sequence[tuple[int, _Entry]]) -> pa.Table:
    """The rows as the columns of the table `item_journal`, in its order."""
    return pa.table(
        {
            "version": pa.array([version for version, _ in numbered], pa.int64()),
            "item_id": pa.array([entry.item_id for _, entry in numbered], pa.string()),
            "document": pa.array([entry.document for _, entry in numbered], pa.binary()).cast(pa.string()),
            "changed_at": pa.array([micros(entry.at) for _, entry in numbered], pa.timestamp("us")),
        }
    )
