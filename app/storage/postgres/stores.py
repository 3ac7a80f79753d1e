"""Opens the stores of a PostgreSQL database."""

from __future__ import annotations

from pathlib import Path

from app.storage.postgres.continued import PostgresContinuedAnswers
from app.storage.postgres.database import PostgresDatabase
from app.storage.postgres.events import PostgresEventLog
from app.storage.postgres.forgettings import PostgresForgettings
from app.storage.postgres.identities import PostgresIdentities
from app.storage.postgres.items import PostgresItemJournal
from app.storage.postgres.leases import PostgresLeases
from app.storage.postgres.reading import PostgresReading
from app.storage.postgres.revisions import PostgresRevisions
from app.storage.postgres.shared import PostgresSharedState
from app.storage.postgres.snapshots import PostgresSnapshotHistory
from app.storage.postgres.users import PostgresUserStore
from app.storage.protocols import Stores
from app.storage.settings import StorageSettings


def open_stores(url: str, folder: Path, settings: StorageSettings) -> Stores:
    """The stores in a database, whose tables are made if there are none; whoever opens them has to close them.

    Args:
        url: of the database.
        folder: of the data, in which reports have their temporary files.
        settings: of the storage.

    Raises:
        StorageError: it cannot be reached, refuses the user or cannot be written to; the message says what helps.
        MigrationError: the database was made by another version of Penchant.
    """
    database = PostgresDatabase(url, settings)
    try:
        return _stores(database, folder, settings)
    except BaseException:
        database.close()
        raise


def _stores(database: PostgresDatabase, folder: Path, settings: StorageSettings) -> Stores:
    events = PostgresEventLog(database)
    return Stores(
        events=events,
        items=PostgresItemJournal(database),
        users=PostgresUserStore(database),
        snapshots=PostgresSnapshotHistory(database),
        forgettings=PostgresForgettings(database),
        identities=PostgresIdentities(database, events),
        waiting=lambda: database.writers.waiting,
        reading=PostgresReading(database, folder, settings),
        rewrite=database.vacuum,
        problem=database.problem,
        losses=list,
        close=database.close,
        revisions=PostgresRevisions(database),
        shared=PostgresSharedState(database),
        continued=PostgresContinuedAnswers(database),
        leases=PostgresLeases(database),
    )
