"""A copy of a database, brought into one file and read from end to end."""

from __future__ import annotations

from pathlib import Path

from app.storage.database import LAST_SEQUENCE, connected

_TABLES = "SELECT table_name FROM duckdb_tables() WHERE NOT internal ORDER BY table_name"


def settle(copy: Path) -> int:
    """Fold the write-ahead log of a copy into its file, and read every table; the number of its last event.

    Nobody else may have the copy open.

    Raises:
        duckdb.Error: something of it cannot be read.
    """
    with connected(copy) as connection:
        connection.execute("CHECKPOINT")
        for (table,) in connection.execute(_TABLES).fetchall():
            connection.execute(f'SELECT bit_xor(hash(COLUMNS(*))) FROM "{table}"').fetchall()  # noqa: S608 - its own name
        return int(connection.execute(LAST_SEQUENCE).fetchall()[0][0])
