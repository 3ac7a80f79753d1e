"""What changed since the snapshot on its way to an engine: searched here until the engine has it."""

from __future__ import annotations

import logging
from dataclasses import dataclass
from threading import Lock
from typing import Final

import numpy as np
from numpy.typing import NDArray

from app.serving.engine.columns import EngineColumns, EngineKeys
from app.serving.engine.remote import RemoteEngine
from indexer.engines.engine import Batch, VectorEngine, concatenated, taken
from models.ids import Rows

log = logging.getLogger(__name__)
_AT_ONCE: Final = 500


@dataclass(frozen=True, slots=True)
class _Change:
    """A row as it is now: its place in a batch, or, without one, that it is gone."""

    batch: Batch | None
    place: int


class EngineChanges:
    """Changes of one catalogue that its collection does not have yet; the last of each row is written."""

    def __init__(self, remote: RemoteEngine, collection: str, columns: EngineColumns, keys: EngineKeys) -> None:
        self._remote, self._collection, self._columns, self._keys = remote, collection, columns, keys
        self._waiting = dict[int, _Change]()
        self._lock, self._closed = Lock(), False
        self._rows: Rows | None = None

    def note(self, rows: Rows, alive: NDArray[np.bool_]) -> None:
        """Rows were added or replaced, or are gone; to be called where catalogues are changed.

        Args:
            rows: which, without repeats.
            alive: bool [n], whether each is there.
        """
        changes = dict.fromkeys(rows[~alive].tolist(), _Change(None, 0))
        there = rows[alive]
        for start in range(0, len(there), _AT_ONCE):
            some = there[start : start + _AT_ONCE]
            batch = self._columns.batch(some, self._keys.of(some))
            changes |= {row: _Change(batch, place) for place, row in enumerate(some.tolist())}
        with self._lock:
            begin = bool(changes) and not self._waiting
            self._waiting, self._rows = self._waiting | changes, None
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
                for row, change in some.items():
                    if self._waiting[row] is change:
                        del self._waiting[row]
                self._rows = None
                if not self._waiting:
                    return

    def _write(self, engine: VectorEngine, some: dict[int, _Change]) -> None:
        there = [taken(change.batch, np.array([change.place])) for change in some.values() if change.batch is not None]
        gone = [row for row, change in some.items() if change.batch is None]
        if there:
            engine.upsert(self._collection, concatenated(there))
        if gone:
            engine.delete(self._collection, self._keys.of(np.array(gone, dtype=np.int32)))
