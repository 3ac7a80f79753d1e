"""Reading: tables of a PostgreSQL database in a DuckDB of their own, as of one moment, for reports and exports.

What reads everything at once is written for columns, and asks DuckDB. The tables that it needs are copied into memory
first; what does not fit there goes to files in a folder that is removed at the end.
"""

from __future__ import annotations

import os
import shutil
from collections.abc import Collection, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from tempfile import mkdtemp
from typing import Any, Final

import pyarrow as pa
from duckdb import DuckDBPyConnection
from psycopg import Connection, sql

from app.storage import migrate
from app.storage.database import COPIES, in_memory
from app.storage.postgres.arrow_copy import copied_out
from app.storage.postgres.database import PostgresDatabase
from app.storage.postgres.statements import statements
from app.storage.settings import StorageSettings

_COLUMNS: Final = "SELECT column_name, data_type FROM duckdb_columns() WHERE table_name = $1 ORDER BY column_index"
_KINDS: Final[Mapping[str, pa.DataType]] = {
    "DOUBLE": pa.float64(),
    "BOOLEAN": pa.bool_(),
    "VARCHAR": pa.string(),
    "JSON": pa.string(),
    "DATE": pa.string(),
}
"""Of what comes, by types of DuckDB's tables; all others are whole numbers."""
_TEXTS: Final = frozenset({"JSON", "DATE"})
_HERE_ONLY: Final = {("events", "event_digest"): "0"}
"""Columns that PostgreSQL does not have, and what stands for them."""
_LAST_NUMBER: Final = statements("events")["last_number"]
_NUMBERS: Final = "UPDATE event_numbers SET deleted_through = $1"


class PostgresReading:
    """Opens connections to copies of some tables.

    Args:
        database: of which they are.
        folder: in which there may be temporary files.
        settings: DuckDB's share of the machine.
    """

    def __init__(self, database: PostgresDatabase, folder: Path, settings: StorageSettings) -> None:
        self._database, self._folder, self._settings = database, folder, settings

    @contextmanager
    def __call__(self, tables: Collection[str]) -> Iterator[DuckDBPyConnection]:
        """A connection on which these tables are as DuckDB's are, as of now; all others are empty.

        Raises:
            DatabaseFailingError: the server is away.
        """
        with self._place() as place, in_memory(self._folder, place, self._settings) as connection:
            migrate.migrate(connection, migrate.shipped())
            with self._database.snapshot() as source:
                for table in tables:
                    _fill(connection, source, table)
                connection.execute(_NUMBERS, source.execute(_LAST_NUMBER).fetchone())
            yield connection

    @contextmanager
    def _place(self) -> Iterator[Path]:
        """For temporary files; it begins as those do that the next start of a service removes."""
        place = Path(mkdtemp(prefix=f"{COPIES}{os.getpid()}-", dir=self._folder))
        try:
            yield place
        finally:
            shutil.rmtree(place, ignore_errors=True)


def _fill(connection: DuckDBPyConnection, source: Connection[Any], table: str) -> None:
    columns = dict(connection.execute(_COLUMNS, [table]).fetchall())
    query = sql.SQL("SELECT {} FROM {}").format(
        sql.SQL(", ").join(_column(table, name, kind) for name, kind in columns.items()), sql.Identifier(table)
    )
    schema = pa.schema([(name, _KINDS.get(kind, pa.int64())) for name, kind in columns.items()])
    made = ", ".join(f"make_timestamp({name})" if kind == "TIMESTAMP" else name for name, kind in columns.items())
    with copied_out(source, query, schema) as rows:
        connection.register("incoming", rows)
        connection.execute(f"INSERT INTO {table} SELECT {made} FROM incoming")  # noqa: S608 - names of ours
        connection.unregister("incoming")


def _column(table: str, name: str, kind: str) -> sql.Composable:
    if (table, name) in _HERE_ONLY:
        return sql.Literal(int(_HERE_ONLY[table, name]))
    column = sql.Identifier(name)
    return sql.SQL("{}::text").format(column) if kind in _TEXTS else column
