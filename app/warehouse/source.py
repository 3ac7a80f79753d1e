"""What an export reads: a copy of the database, whether or not a service writes to it, and the index in service."""

from __future__ import annotations

import os
import shutil
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Final

import numpy as np
import pyarrow as pa
from duckdb import DuckDBPyConnection

from app.policy.firewall import Firewall
from app.policy.sensitive_items import SensitiveTopics
from app.settings import Settings
from app.storage.database import COPIES, FILE_NAME, connected
from app.storage.database_copy import copy_database
from app.storage.opening import open_stores
from app.warehouse.errors import ExportError
from indexer.documents import ItemDocument
from indexer.sensitive.rules import SensitiveRules
from indexer.sensitive.taxonomy import load_taxonomy
from indexer.sensitive.verdicts import load_verdicts
from indexer.snapshot_files import SnapshotFolder

_TABLES: Final = ("events", "event_types", "users", "aliases", "item_journal")
"""That say what leaves, and what may not."""
_ROWS: Final = 10_000
_CATALOGUE: Final = "CREATE TABLE catalogue (item_id VARCHAR, document JSON)"
_JOURNAL: Final = """
INSERT INTO catalogue SELECT item_id, document FROM item_journal WHERE version > $version AND document IS NOT NULL
"""
_OVERRULED: Final = "SELECT item_id FROM item_journal WHERE version > $version"
_NEWER: Final = "SELECT item_id, document FROM item_journal WHERE version > $version AND document IS NOT NULL"


@contextmanager
def copied(settings: Settings) -> Iterator[DuckDBPyConnection]:
    """A connection to a copy of the database, which is removed at the end, or by the next start of a service.

    Of PostgreSQL the tables that leave are copied, into memory as far as they fit there.

    Raises:
        ExportError: there is no database.
        StorageError: PostgreSQL cannot be reached.
        DatabaseCopyError: the file was rewritten all the time.
        OSError: there is no room.
    """
    if settings.storage.url is not None:
        with closing(open_stores(settings.data_dir, settings.storage)) as stores, stores.reading(_TABLES) as connection:
            yield connection
        return
    data_dir = settings.data_dir
    if not (data_dir / FILE_NAME).exists():
        raise ExportError(f"there is nothing to export: {data_dir} has no {FILE_NAME}")
    work = Path(tempfile.mkdtemp(prefix=f"{COPIES}{os.getpid()}-", dir=data_dir))
    try:
        with connected(copy_database(data_dir / FILE_NAME, work)) as connection:
            yield connection
    finally:
        shutil.rmtree(work, ignore_errors=True)


class Index:
    """The index in service, as far as an export needs it; of a folder without one, nothing.

    Args:
        settings: of the service.
        rules: how the charter treats sensitive topics.
    """

    def __init__(self, settings: Settings, rules: SensitiveRules) -> None:
        folder = SnapshotFolder(settings.snapshot_folder)
        current = folder.current_id()
        self._snapshot = folder.open(current, settings.index.ann) if current else None
        self._settings, self._rules = settings, rules

    @property
    def version(self) -> int:
        """Changes of the catalogue up to here are in it."""
        return self._snapshot.manifest.items_version if self._snapshot else 0

    def catalogue(self, connection: DuckDBPyConnection) -> None:
        """Make the table `catalogue`, of every item as it is now."""
        connection.execute(_CATALOGUE)
        overruled = {item for (item,) in connection.execute(_OVERRULED, {"version": self.version}).fetchall()}
        rows = 0 if self._snapshot is None else len(self._snapshot.items.documents)
        for first in range(0, rows, _ROWS):
            documents = [self._document(row) for row in range(first, min(first + _ROWS, rows))]
            kept = [each for each in documents if each[0] not in overruled]
            ids, texts = zip(*kept, strict=True) if kept else ((), ())
            table = pa.table({"item_id": pa.array(ids, pa.string()), "document": pa.array(texts, pa.string())})
            connection.from_arrow(table).insert_into("catalogue")
        connection.execute(_JOURNAL, {"version": self.version})

    def clear(self, connection: DuckDBPyConnection, before: pa.Array) -> pa.Array:
        """Make the tables of items on which events may leave, and of those that are sensitive; the former's ids.

        An item that changed over HTTP since the build has to wait for the next one, unless it says the same.

        Args:
            connection: to the copy.
            before: items that were clear at the export before: of those that are gone since, it still holds.
        """
        clear, guarded = self._told()
        for item_id, document in connection.execute(_NEWER, {"version": self.version}).fetchall():
            if item_id in clear and not self._says_the_same(item_id, document):
                clear.discard(item_id)
                guarded.add(item_id)
        clear |= set(before.to_pylist()) - guarded
        cleared = pa.array(sorted(clear), pa.string())
        connection.from_arrow(pa.table({"item_id": cleared})).create("cleared_items")
        connection.from_arrow(pa.table({"item_id": pa.array(sorted(guarded), pa.string())})).create("sensitive_items")
        return cleared

    def _told(self) -> tuple[set[str], set[str]]:
        if self._snapshot is None:
            return set(), set()
        names = self._snapshot.vocabulary.sensitive_topics
        ruling = (self._rules, load_verdicts(self._settings.verdicts_file))
        topics = SensitiveTopics(load_taxonomy(self._settings.index.sensitive.taxonomy), names, ruling)
        guarded = Firewall(topics).guarded(topics.bits_of_items(self._snapshot.items, names))
        return self._ids(np.flatnonzero(~guarded).tolist()), self._ids(np.flatnonzero(guarded).tolist())

    def _ids(self, rows: Sequence[int]) -> set[str]:
        assert self._snapshot is not None  # noqa: S101 - it has rows
        return {self._snapshot.items.ids.ids[row] for row in rows}

    def _says_the_same(self, item_id: str, document: str) -> bool:
        assert self._snapshot is not None  # noqa: S101 - it has the item
        (row,) = self._snapshot.items.ids.rows([item_id]).tolist()
        old, new = (ItemDocument.kept(each) for each in (self._snapshot.items.documents[row], document))
        return old.content() == new.content() and old.sensitive_topics == new.sensitive_topics

    def _document(self, row: int) -> tuple[str, str]:
        assert self._snapshot is not None  # noqa: S101 - it has rows
        return self._snapshot.items.ids.ids[row], self._snapshot.items.documents[row]
