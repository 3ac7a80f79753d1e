"""Brings the tables of a PostgreSQL database to the form that this version of Penchant knows.

The migrations are numbered files, as those of DuckDB are (`app/storage/migrate.py`). Of several processes that start at
once one applies them, while the others wait.
"""

from __future__ import annotations

from importlib.resources import files
from typing import Any, Final

from psycopg import Connection

from app.storage.migrate import check, shipped

_LOCK: Final = 0x70656E6368616E74
"""Of an advisory lock: the bytes of "penchant"."""
_LEDGER: Final = """
CREATE TABLE IF NOT EXISTS schema_migrations (
    name TEXT PRIMARY KEY,
    checksum TEXT NOT NULL,
    applied_at TIMESTAMPTZ NOT NULL DEFAULT now()
)
"""
_FOREIGN: Final = """
SELECT xact >= pg_snapshot_xmax(pg_current_snapshot()) FROM events ORDER BY sequence DESC LIMIT 1
"""
_OURS: Final = "UPDATE events SET xact = '3'"


def migrate(connection: Connection[Any]) -> None:
    """Apply the migrations that the database has not seen.

    Raises:
        MigrationError: it has seen one that is not here, or that reads differently here.
    """
    known = shipped(files("app.storage.postgres").joinpath("migrations"))
    with connection.transaction():
        connection.execute("SELECT pg_advisory_xact_lock(%s)", [_LOCK])
        connection.execute(_LEDGER)
        applied = dict(connection.execute("SELECT name, checksum FROM schema_migrations").fetchall())
        check(applied, known)
        for migration in known:
            if migration.name not in applied:
                connection.execute(migration.sql.encode())
                told = [migration.name, migration.checksum]
                connection.execute("INSERT INTO schema_migrations (name, checksum) VALUES (%s, %s)", told)
        _adopt_transactions(connection)


def _adopt_transactions(connection: Connection[Any]) -> None:
    """Of rows that were dumped on another server, whose transactions counted further than those of this one.

    A walk over everybody would take them for transactions that are to come, and read them again and again.
    """
    newest = connection.execute(_FOREIGN).fetchone()
    if newest and newest[0]:
        connection.execute(_OURS)
