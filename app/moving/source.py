"""The source of a move: the database of a folder that nobody serves, open for reading only."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import pyarrow as pa
from duckdb import DuckDBPyConnection

from app.moving.errors import MoveError
from app.moving.tables import MovedTable
from app.storage.database import FILE_NAME, LAST_SEQUENCE, read_only
from app.storage.migrate import shipped
from app.storage.settings import StorageSettings
from app.storage.witness import shortfall, wal_of

_COLUMNS: Final = """
SELECT table_name, column_name, data_type FROM duckdb_columns()
WHERE NOT internal AND database_name = current_database()
ORDER BY table_name, column_index
"""
_APPLIED: Final = "SELECT name FROM schema_migrations"
_SECOND_EVENTS: Final = """
CREATE TEMP TABLE second_events AS
WITH same AS (SELECT user_id, event_digest FROM events GROUP BY user_id, event_digest HAVING count(*) > 1)
SELECT sequence FROM events SEMI JOIN same USING (user_id, event_digest)
QUALIFY row_number() OVER (PARTITION BY user_id, event_id ORDER BY sequence) > 1
"""
"""Of a person to whom another was merged who had another event of the same id: which came later."""
_NUMBERED: Final = "rowid >= $1 AND rowid < $2"
_BATCH: Final = 65_536


@dataclass(frozen=True, slots=True)
class Source:
    """What is to be moved.

    Attributes:
        path: of the database file.
        connection: to it, and to tables of the move's own beside it.
        fingerprint: of the file and its log as they are; what was copied of another one is of no use.
        columns: by table, its columns and their types.
    """

    path: Path
    connection: DuckDBPyConnection
    fingerprint: str
    columns: dict[str, dict[str, str]]

    def size(self, table: str) -> int:
        """One more than the number of the last row; deleted ones leave gaps."""
        return self._number(f'SELECT coalesce(max(rowid) + 1, 0) FROM "{table}"')  # noqa: S608 - its own name

    def count(self, table: str) -> int:
        """How many rows a table has."""
        return self._number(f'SELECT count(*) FROM "{table}"')  # noqa: S608 - its own name

    def part(self, table: MovedTable, first: int, after: int) -> pa.RecordBatchReader:
        """Rows of a table with first <= number < after."""
        columns = ", ".join(f'{each.given} AS "{each.name}"' for each in table.columns)
        told = f'SELECT {columns} FROM "{table.name}" WHERE {table.where} AND {_NUMBERED}'  # noqa: S608 - names
        return self.connection.sql(told, params=[first, after]).to_arrow_reader(_BATCH)

    def with_nul(self, table: MovedTable, first: int, after: int) -> tuple[str, int] | None:
        """Column and number of a row, of some of them, whose text holds a NUL; None where none does."""
        for column in (each for each in table.columns if pa.types.is_string(each.kind)):
            told = f'SELECT min(rowid) FROM "{table.name}" WHERE contains({column.given}, chr(0)) AND {_NUMBERED}'  # noqa: S608
            ((row,),) = self.connection.execute(told, [first, after]).fetchall()
            if row is not None:
                return column.name, int(row)
        return None

    def last_number(self) -> int:
        """The highest number that an event ever had."""
        return self._number(LAST_SEQUENCE)

    def _number(self, sql: str) -> int:
        return int(self.connection.execute(sql).fetchall()[0][0])


@contextmanager
def opened(folder: Path, settings: StorageSettings) -> Iterator[Source]:
    """The database of a folder, which no service can open meanwhile.

    Args:
        folder: of the service that was.
        settings: DuckDB's share of the machine.

    Raises:
        MoveError: there is none, it is damaged, or of an older version of Penchant.
        DatabaseInUseError: a service has it open.
        StorageVersionError: it is of a version that the installed DuckDB does not read.
    """
    path = (folder / FILE_NAME).resolve()
    if not path.is_file():
        raise MoveError(f"there is nothing to move: {folder} has no {FILE_NAME}")
    with read_only(path, settings) as connection:
        if missing := shortfall(path):
            raise MoveError(f"{missing}: start the service on the folder once, which says what is lost, then move")
        columns: dict[str, dict[str, str]] = {}
        for table, column, kind in connection.execute(_COLUMNS).fetchall():
            columns.setdefault(table, {})[column] = kind
        _check_version(path, {name for (name,) in connection.execute(_APPLIED).fetchall()})
        connection.execute(_SECOND_EVENTS)
        yield Source(path, connection, _fingerprint(path), columns)


def _check_version(path: Path, applied: set[str]) -> None:
    known = {each.name for each in shipped()}
    if newer := sorted(applied - known):
        raise MoveError(f"{path} was made by a newer version of Penchant, with {', '.join(newer)}: install that")
    if known - applied:
        raise MoveError(
            f"{path} was made by an older version of Penchant: start and stop the service of this one on it once, "
            "which brings it up to date, then move"
        )


def _fingerprint(path: Path) -> str:
    """Length and time of the file and of its log."""
    return " ".join(_stamp(each) for each in (path, wal_of(path)))


def _stamp(path: Path) -> str:
    if not path.exists():
        return "-"
    status = path.stat()
    return f"{status.st_size}-{status.st_mtime_ns}"
