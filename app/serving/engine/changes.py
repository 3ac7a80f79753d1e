"""What changed since the snapshot on its way to an engine: searched here until the engine has it."""

from __future__ import annotations

import logging
from threading import Lock
from typing import Final

import numpy as np

from app.serving.engine.columns import EngineColumns, EngineKeys
from app.serving.engine.remote import RemoteEngine
from indexer.engines.engine import Batch, VectorEngine, concatenated
from models.ids import Rows

log = logging.getLogger(__name__)
_AT_ONCE: Final = 500


class EngineChanges:
    """Changes of one catalogue that its collection does not have yet; the last of each row is written."""

    def __init__(self, remote: RemoteEngine, collection: str, columns: EngineColumns, keys: EngineKeys) -> None:
        self._remote, self._collection, self._columns, self._keys = remote, collection, columns, keys
        self._waiting = dict[int, Batch | None]()
        self._lock, self._closed = Lock(), False
        self._rows: Rows | None = None

    def note(self, row: int, *, alive: bool) -> None:
        """A row was added or replaced, or is gone; to be called where catalogues are changed."""
        rows = np.array([row], dtype=np.int32)
        batch = self._columns.batch(rows, self._keys.of(rows)) if alive else None
        with self._lock:
            begin = not self._waiting
            self._waiting[row], self._rows = batch, None
        if begin:
            self._remote.write(self._flush)

    def unsettled(self) -> Rows:
        """Rows of which the engine does not know the last, ascending."""
        with self._lock:
            if self._rows is None:
                self._rows = np.array(sorted(self._waiting), dtype=np.int32)
            return self._rows

    def close(self) -> None:
        """Write nothing more: another snapshot is in service."""
        self._closed = True

    def _flush(self, engine: VectorEngine) -> None:
        """Write some of what waits, until nothing does.

        Raises:
            EngineError: it could not be written; it is tried again.
        """
        while not self._closed:
            with self._lock:
                some = dict(list(self._waiting.items())[:_AT_ONCE])
            if not some:
                return
            self._write(engine, some)
            with self._lock:
                for row, batch in some.items():
                    if self._waiting[row] is batch:
                        del self._waiting[row]
                self._rows = None
                if not self._waiting:
                    return

    def _write(self, engine: VectorEngine, some: dict[int, Batch | None]) -> None:
        there = [batch for batch in some.values() if batch is not None]
        gone = [row for row, batch in some.items() if batch is None]
        if there:
            engine.upsert(self._collection, concatenated(there))
        if gone:
            engine.delete(self._collection, self._keys.of(np.array(gone, dtype=np.int32)))
