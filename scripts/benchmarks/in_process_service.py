"""The whole service in this process, in a folder of its own: database, snapshots, ANN index, user states, pipeline."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Final

from app.main import running
from app.policy.charter.charter import load_charter
from app.requests.people import ProfilePatch
from app.service import Service
from app.settings import Settings, SnapshotSettings
from indexer.behaviour import EventTable
from indexer.build import Builder, BuildInput
from indexer.documents import EventDocument, ItemDocument, UserDocument
from indexer.embeddings import EmbeddingCache
from indexer.engines.settings import EngineSettings
from indexer.progress import ProgressBar
from indexer.snapshot_files import SnapshotFolder
from models.encoder import Encoder

ROWS: Final = 2_000
"""Events taken in at a time."""
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


class InProcessService:
    """A running service of its own, with an index of the items' content to begin with.

    Args:
        settings: but for the folder of its data, which is a temporary one.
        catalogue: what it is about.

    Attributes:
        service: everything behind the endpoints.
        settings: its settings.

    Raises:
        EmptyCatalogueError: there is no item.
        CharterError: the settings name a charter that cannot be read.
    """

    def __init__(self, settings: Settings, catalogue: Catalogue) -> None:
        self._catalogue = catalogue
        self._rules = load_charter(settings.charter, settings.index.sensitive.taxonomy).rules()
        with ExitStack() as stack:
            folder = Path(stack.enter_context(TemporaryDirectory(prefix="penchant-benchmark-")))
            own = {  # nobody's people and vectors are touched
                "storage": settings.storage.model_copy(update={"url": None}),
                "index": settings.index.model_copy(update={"engine": EngineSettings()}),
            }
            self.settings = settings.model_copy(update={"data_dir": folder, "snapshots": _ONLY_WHEN_TOLD} | own)
            self._publish(EventTable.none(), force=True)
            self._runner = stack.enter_context(asyncio.Runner())
            self.service = stack.enter_context(_lifespan(self._runner, self.settings, catalogue.encoder))
            self._close = stack.pop_all().close

    def introduce(self, users: Sequence[UserDocument]) -> None:
        """Set the explicit profiles of people."""
        for user in users:
            stated = user.model_dump(exclude={"user_id"}, exclude_unset=True)
            self._runner.run(self.service.person.patch(user.user_id, ProfilePatch.model_validate(stated)))

    def send(self, events: Sequence[EventDocument]) -> Counter[str]:
        """Take events in; how many were accepted, duplicates, ignored and rejected."""
        counts: Counter[str] = Counter()
        with ProgressBar("sending", "event") as progress:
            for start in range(0, len(events), ROWS):
                batch = events[start : start + ROWS]
                counts.update(result.status for result in self._runner.run(self.service.ingest(batch)))
                progress(counts.total(), len(events))
        return counts

    def rebuild(self, *, force: bool = False) -> None:
        """Learn item vectors from the events so far, and serve them.

        Raises:
            RecallTooLowError: the recall gate was missed and `force` is off.
        """
        self._publish(EventTable.from_bytes(self._runner.run(self.service.training_events())), force=force)
        self._runner.run(self.service.snapshot_swap.refresh())

    def close(self) -> None:
        """Stop the service and delete its files."""
        self._close()

    def _publish(self, events: EventTable, *, force: bool) -> None:
        catalogue, folder = self._catalogue, SnapshotFolder(self.settings.snapshot_folder)
        with ProgressBar("embedding", "text") as progress:
            builder = Builder(self.settings.index, catalogue.encoder, catalogue.cache, folder, _say_nothing, progress)
            builder(BuildInput(catalogue.items, events=events, rules=self._rules), force=force)


@contextmanager
def _lifespan(runner: asyncio.Runner, settings: Settings, encoder: Encoder) -> Iterator[Service]:
    lifespan = running(settings, encoder)
    service = runner.run(lifespan.__aenter__())
    try:
        yield service
    finally:
        runner.run(lifespan.__aexit__(None, None, None))


def _say_nothing(_step: str) -> None:
    """The benchmark's own bars tell how far it is."""
