"""Rewriting: a database file without a byte of what was deleted.

DuckDB marks deleted rows and leaves their bytes: in blocks that hold other rows too, in blocks that are free for reuse,
and in the write-ahead log; neither CHECKPOINT nor copying a table within the file overwrites them
(docs/decisions/0008-erasure.md). So the rows that are left are copied into a new file, which then takes the old one's
name.
"""

from __future__ import annotations

import os
from pathlib import Path

from duckdb import DuckDBPyConnection

SUFFIX = ".rewriting"
_TABLES = "SELECT table_name, sql FROM duckdb_tables() WHERE NOT internal AND NOT temporary ORDER BY table_name"
_ROWS = 65_536
_DUE = "rewriting_due"


def copy_tables(source: DuckDBPyConnection, target: DuckDBPyConnection) -> None:
    """Make every table of one database anew in another, an empty one, in the order of its rows."""
    for name, sql in source.execute(_TABLES).fetchall():
        target.execute(sql)
        if name != _DUE:
            target.from_arrow(source.table(name).to_arrow_reader(_ROWS)).insert_into(name)
    target.execute("CHECKPOINT")


def remove_unfinished(path: Path) -> None:
    """Remove what an interrupted rewriting of this database file left."""
    for left in path.parent.glob(f"{path.name}{SUFFIX}*"):
        left.unlink()


def put_in_place(new: Path, path: Path) -> None:
    """Give the new file the old one's name, so that after a crash there is either of the two."""
    new.replace(path)
    folder = os.open(path.parent, os.O_RDONLY)
    try:
        os.fsync(folder)
    finally:
        os.close(folder)
