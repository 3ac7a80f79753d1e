"""Builds by the service itself: of a catalogue that begins over HTTP, and again while it is small and grows fast.

Larger catalogues are built by `penchant rebuild-index`, a process of its own (`app.serving.scheduled_rebuild`).
"""

from __future__ import annotations

import asyncio
import logging
from contextlib import closing
from dataclasses import replace
from datetime import UTC, datetime
from functools import partial
from typing import Final

from app.policy.charter.charter import Charter
from app.serving.build_source import written_in
from app.serving.embedder import Embedder
from app.serving.engine.publication import EnginePublication
from app.serving.rebuild_outcome import RebuildOutcome, write_outcome
from app.serving.snapshot_swap import SnapshotSwap
from app.settings import Settings
from app.storage.protocols import Stores
from indexer.build import Builder
from indexer.build_input import from_snapshot
from indexer.embeddings import EmbeddingCache
from indexer.progress import Progress, silent
from indexer.sensitive.classifier import HEADS_FILE
from indexer.sensitive.verdicts import load_verdicts
from indexer.snapshot_files import BuildUnderWayError, SnapshotFolder
from models.encoder import Encoder

log = logging.getLogger(__name__)

GROWTH: Final = 2
"""Times as many items as the snapshot has, from which a small one is built anew."""


class OwnBuild:
    """Builds a snapshot of what the stores hold, in the thread of the encoder, and takes it up."""

    def __init__(
        self, settings: Settings, stores: Stores, embedder: Embedder, snapshot_swap: SnapshotSwap, charter: Charter
    ) -> None:
        self._settings = settings
        self._stores = stores
        self._embedder = embedder
        self._snapshot_swap = snapshot_swap
        self._charter = charter
        self._folder = SnapshotFolder(settings.snapshot_folder)

    def possible(self) -> bool:
        """Whether nothing is in service because nothing was ever built."""
        return (
            self._snapshot_swap.current_or_none is None
            and self._folder.current_id() is None
            and not self._folder.aside()
        )

    def due(self) -> bool:
        """Whether there are items without a snapshot, or a small one has been outgrown."""
        generation = self._snapshot_swap.current_or_none
        if generation is None:
            return self.possible() and self._stores.items.last_version() > 0
        serving, newest = generation.catalogue.snapshot, self._folder.newest()
        if newest is None or serving.snapshot_id != newest.snapshot_id:  # somebody went back to it
            return False
        built, snapshots = serving.manifest.items, self._settings.snapshots
        small = snapshots.rebuild_days is not None and built < snapshots.grow_below
        return small and len(generation.catalogue) >= GROWTH * built

    async def __call__(self, progress: Progress = silent) -> None:
        """Build and take up; what fails is said by `/readyz` and in the log, and tried again when it is due."""
        try:
            await self._embedder.run(partial(self._build, progress))
            await self._note("")
            await self._snapshot_swap.refresh()
        except BuildUnderWayError:
            log.info("another process builds the index: its snapshot will be taken up")
        except Exception as error:
            self._snapshot_swap.problem = f"the items are stored, but the index could not be built: {error}"
            log.exception("the index could not be built")
            await self._note(str(error))

    async def _note(self, complaint: str) -> None:
        """Keep what became of a build; empty where it went well."""
        outcome = RebuildOutcome(at=datetime.now(UTC), ok=not complaint, said=complaint)
        try:
            await asyncio.to_thread(write_outcome, self._settings.snapshot_folder, outcome)
        except OSError as error:
            log.warning("what became of the build cannot be written down: %s", error.strerror)

    async def watch(self) -> None:
        """Build whenever it is due, until cancelled."""
        while True:
            if await asyncio.to_thread(self.due):
                await self()
            await asyncio.sleep(self._settings.snapshots.poll_seconds)

    def _build(self, progress: Progress, encoder: Encoder, cache: EmbeddingCache) -> None:
        with self._folder.building():
            written = written_in(self._stores, self._settings)
            given = replace(
                from_snapshot(self._folder, written.changes),
                events=written.events,
                rules=self._charter.rules(),
                verdicts=load_verdicts(self._settings.verdicts_file),
            )
            if given.items:
                builder = replace(self._builder(encoder, cache), progress=progress)
                publication = EnginePublication.of(self._settings, partial(log.info, "%s"))
                if publication is None:
                    builder(given, force=True)
                    return
                with closing(publication):
                    replace(builder, ready=publication)(given, force=True)

    def _builder(self, encoder: Encoder, cache: EmbeddingCache) -> Builder:
        return Builder(
            self._settings.index,
            encoder,
            cache,
            self._folder,
            partial(log.info, "%s"),
            trained_heads=self._settings.data_dir / HEADS_FILE,
            attributes=self._settings.attributes,
        )
