"""The whole service in this process: database, snapshots, ANN index, user states, pipeline."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Final

from app.main import running
from app.service import Service
from app.settings import Settings as AppSettings
from app.settings import SnapshotSettings
from indexer.behaviour import EventTable
from indexer.build import Builder, BuildInput
from indexer.documents import EventDocument, ItemDocument
from indexer.embeddings import EmbeddingCache
from indexer.snapshot_files import SnapshotFolder
from models.encoder import Encoder

_EVENTS_AT_ONCE: Final = 2_000
_ONLY_WHEN_TOLD: Final = SnapshotSettings(poll_seconds=1e9)
"""Snapshots are taken up by `rebuild`, and never in the background besides."""


@dataclass(frozen=True, slots=True)
class Catalogue:
    """What a service is about.

    Attributes:
        items: the catalogue.
        encoder: of the content vectors.
        cache: of the content vectors.
    """

    items: Sequence[ItemDocument]
    encoder: Encoder
    cache: EmbeddingCache


class ServiceRun:
    """A running service of its own, with an index of the items' content to begin with.

    Args:
        settings: but for the folder of its data, which is a temporary one.
        catalogue: what it is about.
    """

    def __init__(self, settings: AppSettings, catalogue: Catalogue) -> None:
        self._catalogue = catalogue
        with ExitStack() as stack:
            folder = Path(stack.enter_context(TemporaryDirectory(prefix="penchant-benchmark-")))
            self._settings = settings.model_copy(update={"data_dir": folder, "snapshots": _ONLY_WHEN_TOLD})
            self._publish(EventTable.none())
            self._runner = stack.enter_context(asyncio.Runner())
            self.service = stack.enter_context(_lifespan(self._runner, self._settings, catalogue.encoder))
            self._close = stack.pop_all().close

    def send(self, events: Sequence[EventDocument]) -> None:
        """Take events in.

        Raises:
            RuntimeError: the service did not take an event.
        """
        for start in range(0, len(events), _EVENTS_AT_ONCE):
            results = self._runner.run(self.service.ingest(events[start : start + _EVENTS_AT_ONCE]))
            refused = [result for result in results if result.status != "accepted"]
            if refused:
                raise RuntimeError(f"the service did not take an event: {refused[0]}")

    def rebuild(self) -> None:
        """Learn item vectors from the events so far, and serve them."""
        self._publish(EventTable.from_bytes(self._runner.run(self.service.learnable_events())))
        self._runner.run(self.service.rollover.refresh())

    def close(self) -> None:
        """Stop the service and delete its files."""
        self._close()

    def _publish(self, events: EventTable) -> None:
        catalogue, folder = self._catalogue, SnapshotFolder(self._settings.snapshot_folder)
        builder = Builder(self._settings.index, catalogue.encoder, catalogue.cache, folder, _say_nothing)
        builder(BuildInput(catalogue.items, events=events))


@contextmanager
def _lifespan(runner: asyncio.Runner, settings: AppSettings, encoder: Encoder) -> Iterator[Service]:
    lifespan = running(settings, encoder)
    service = runner.run(lifespan.__aenter__())
    try:
        yield service
    finally:
        runner.run(lifespan.__aexit__(None, None, None))


def _say_nothing(_step: str) -> None:
    """The benchmark's own bar tells how far it is."""
