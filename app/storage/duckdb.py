"""Opens the stores of a folder, in DuckDB."""

from __future__ import annotations

from pathlib import Path

from app.storage.database import Database
from app.storage.duckdb_events import DuckDBEventLog
from app.storage.duckdb_forgettings import DuckDBForgettings
from app.storage.duckdb_identities import DuckDBIdentities
from app.storage.duckdb_items import DuckDBItemJournal
from app.storage.duckdb_snapshots import DuckDBSnapshotHistory
from app.storage.duckdb_users import DuckDBUserStore
from app.storage.ignored_events import IgnoredEvents
from app.storage.protocols import Stores
from app.storage.settings import StorageSettings


def open_stores(folder: Path, settings: StorageSettings | None = None) -> Stores:
    """The stores in `folder`, made there if there are none; whoever opens them has to close them.

    Raises:
        DatabaseInUseError: somebody else holds the folder's database, in this process or another.
        DatabaseDamagedError: the database's file is damaged.
        DiskProblemError: the file cannot be read.
        StorageVersionError: the database's file is of a version that the installed DuckDB does not read.
        MigrationError: the database was made by another version of Penchant.
    """
    database = Database(folder, settings or StorageSettings())
    try:
        return _stores(database)
    except BaseException:
        database.close()
        raise


def _stores(database: Database) -> Stores:
    ignored = IgnoredEvents(database)
    events = DuckDBEventLog(database, ignored)
    return Stores(
        events=events,
        items=DuckDBItemJournal(database),
        users=DuckDBUserStore(database),
        snapshots=DuckDBSnapshotHistory(database),
        forgettings=DuckDBForgettings(database, ignored),
        identities=DuckDBIdentities(database, events, ignored),
        waiting=lambda: database.writer.waiting,
        reading=lambda _: database.reading(),
        rewrite=database.rewrite,
        problem=database.problem,
        losses=database.losses,
        close=database.close,
    )
