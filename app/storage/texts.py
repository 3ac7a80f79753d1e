"""What stands in a database as text, whatever table and column it is in."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Final

import duckdb
from duckdb import DuckDBPyConnection

_COLUMNS: Final = "SELECT table_name, column_name FROM duckdb_columns() WHERE NOT internal"
_PACKED: Final = """
SELECT count(*) FROM pragma_storage_info(?)
WHERE segment_type = 'VARCHAR' AND compression IN ('FSST', 'DICT_FSST', 'ZSTD')
"""


def values_with(copy: Path, texts: Sequence[str]) -> Iterator[tuple[str, str, list[str]]]:
    """Tables and columns of a database that nobody else has open, and their values that contain one of the texts.

    Raises:
        duckdb.Error: this is no database that the installed DuckDB reads.
    """
    with _opened(copy) as connection:
        for table, column in sorted(connection.execute(_COLUMNS).fetchall()):
            value = f'CAST("{column}" AS VARCHAR)'
            wanted = " OR ".join([f"contains({value}, ?)"] * len(texts))
            every = f'SELECT {value} FROM "{table}" WHERE {wanted}'  # noqa: S608 - names that the database itself gave
            if found := [text for (text,) in connection.execute(every, list(texts)).fetchall()]:
                yield table, column, found


def packed_segments(copy: Path) -> int:
    """How many pieces of columns hold texts that are packed, in which a search of the file's bytes finds nothing."""
    with _opened(copy) as connection:
        tables = {table for table, _ in connection.execute(_COLUMNS).fetchall()}
        return sum(int(connection.execute(_PACKED, [table]).fetchall()[0][0]) for table in tables)


def _opened(copy: Path) -> DuckDBPyConnection:
    """Not for reading only, since what stands in the write-ahead log is taken into the copy."""
    connection = duckdb.connect(copy)
    connection.execute("SET enable_external_access = false")
    return connection
