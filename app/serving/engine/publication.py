"""Publishing a snapshot to an engine: all of it, compared with what exact search finds, before it is put in service."""

from __future__ import annotations

from collections.abc import Callable, Collection
from datetime import UTC, datetime
from typing import Final

import numpy as np

from app.policy.charter.charter import load_charter
from app.serving.catalogue import Catalogue
from app.serving.engine.columns import EngineColumns
from app.serving.generation import guarded_catalogue
from app.settings import Settings
from indexer.engines.engine import Description, EngineError, Question, VectorEngine
from indexer.index_recall import recall_of_rows, scored
from indexer.progress import Progress, silent
from indexer.sensitive.verdicts import load_verdicts
from indexer.snapshot_files import SnapshotFolder
from models.ids import Rows

_BATCH: Final = 2_000
_HALVED: Final = 1e-3
"""Of the largest score of a query: what half precision may change."""
_PROBES, _K = 50, 60
"""Searches by which recall is measured, and what each looks for."""


class EngineRecallError(EngineError):
    """An engine finds too little of what is near."""


class EnginePublication:
    """Brings snapshots to the engine that settings name."""

    def __init__(self, engine: VectorEngine, settings: Settings, say: Callable[[str], None]) -> None:
        """`say` is told of steps."""
        self._engine, self._settings, self._say = engine, settings, say
        self._folder = SnapshotFolder(settings.snapshot_folder)
        self.progress: Progress = silent

    @classmethod
    def of(cls, settings: Settings, say: Callable[[str], None]) -> EnginePublication | None:
        """None where the snapshot's own index is all there is."""
        engine = settings.index.engine.open(settings.index.engine.write_seconds)
        return None if engine is None else cls(engine, settings, say)

    def __call__(self, snapshot_id: str) -> None:
        """Publish a snapshot, whether it was or not.

        Raises:
            EngineError: the engine does not answer, does not hold all of it, or finds too little.
        """
        catalogue = self._catalogue(snapshot_id)
        self._say(f"publishing {len(catalogue):,} vectors to {self._engine.name}")
        try:
            self._fill(snapshot_id, catalogue)
            found = self._probe(snapshot_id, catalogue)
        except EngineError:
            self._abandon(snapshot_id)
            raise
        self._say(f"{self._engine.name} holds {len(catalogue):,} vectors, recall@{_K} {found:.3f}")

    def complete(self, snapshot_id: str) -> None:
        """Publish a snapshot that the engine does not hold."""
        if snapshot_id not in self._engine.collections():
            self(snapshot_id)

    def prune(self, kept: Collection[str]) -> None:
        """Remove all snapshots but these."""
        for name in {*self._engine.collections(), *self._engine.begun()} - set(kept):
            self._engine.drop(name)

    def close(self) -> None:
        """Let go of connections."""
        self._engine.close()

    def _catalogue(self, snapshot_id: str) -> Catalogue:
        settings = self._settings
        snapshot = self._folder.open(snapshot_id, settings.index.ann, indexed=False)
        rules = load_charter(settings.charter, settings.index.sensitive.taxonomy).rules()
        return guarded_catalogue(snapshot, settings, rules, load_verdicts(settings.verdicts_file))

    def _fill(self, snapshot_id: str, catalogue: Catalogue) -> None:
        columns, count = EngineColumns(catalogue), len(catalogue)
        notes = {"rules": columns.rules_digest(), "made": datetime.now(UTC).isoformat()}
        dimension = catalogue.snapshot.vectors.index.shape[1]
        self._engine.create(snapshot_id, Description(dimension, columns.fields, notes))
        for start in range(0, count, _BATCH):
            rows = np.arange(start, min(start + _BATCH, count), dtype=np.int32)
            self._engine.add(snapshot_id, columns.batch(rows, rows.astype(np.int64)))
            self.progress(int(rows[-1]) + 1, count)
        self._engine.seal(snapshot_id)
        if (held := self._engine.count(snapshot_id)) != count:
            raise EngineError(f"{self._engine.name} holds {held:,} of {count:,} vectors")

    def _probe(self, snapshot_id: str, catalogue: Catalogue) -> float:
        """recall@60 by scores, without conditions and with the nearest excluded."""
        vectors, floor = catalogue.snapshot.vectors, self._settings.index.ann.recall_floor
        sample = np.linspace(0, len(catalogue) - 1, min(_PROBES, len(catalogue))).astype(np.int32)
        found = []
        for query, scores in scored(vectors.index, np.asarray(vectors.engage[sample], dtype=np.float32)):
            nearest = np.sort(np.argsort(-scores)[: len(scores) // 10]).astype(np.int32)
            for excluded in (nearest[:0], nearest):
                asked = Question(query[None], min(_K, len(scores)), excluded=excluded.astype(np.int64))
                rows: Rows = self._engine.search(snapshot_id, asked)[0].astype(np.int32)
                found.append(recall_of_rows(rows, scores, asked.k, excluded, _HALVED))
        if (recall := float(np.mean(found))) < floor:
            raise EngineRecallError(
                f"{self._engine.name} finds {recall:.3f} of the nearest, below the floor of {floor}"
            )
        return recall

    def _abandon(self, snapshot_id: str) -> None:
        try:
            self._engine.drop(snapshot_id)
        except EngineError as error:
            self._say(f"what was begun of {snapshot_id} stays at {self._engine.name}: {error}")
