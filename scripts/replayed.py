"""A service with a data set in it, in this process: what benchmarks of labels and controls ask."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TypeVar

import typer

from app.charter.charter import load_charter
from app.main import running
from app.requests import ProfilePatch
from app.service import Service
from app.settings import Settings
from indexer.assembling import from_file
from indexer.behaviour import EventTable
from indexer.build import Builder, BuildInput
from indexer.documents import EventDocument, UserDocument
from indexer.embeddings import EmbeddingCache
from indexer.progress import ProgressBar
from indexer.rejects import Rejects
from indexer.snapshot_files import SnapshotFolder
from indexer.validation import read_documents
from models.encoder import Encoder
from scripts.replay import batches

SomeDocument = TypeVar("SomeDocument", EventDocument, UserDocument)
_NEVER = 1e9
"""Seconds until the service looks for a snapshot by itself: it is told."""


@dataclass(frozen=True, slots=True)
class Files:
    """A data set.

    Attributes:
        items: items file, NDJSON or Parquet.
        events: events file.
        users: users file, if there is one.
    """

    items: Path
    events: Path
    users: Path | None = None

    @classmethod
    def of(cls, folder: Path) -> Files:
        """The files of a folder: `items`, `events` and perhaps `users`, with the ending of either format.

        Raises:
            FileNotFoundError: there is no items file or no events file.
        """
        found = {file.stem: file for file in sorted(folder.glob("*")) if file.suffix in {".ndjson", ".parquet"}}
        for name in ("items", "events"):
            if name not in found:
                raise FileNotFoundError(f"{folder} has no {name}.ndjson and no {name}.parquet")
        return cls(found["items"], found["events"], found.get("users"))


@dataclass(frozen=True, slots=True)
class Replayed:
    """A service in the state of one moment.

    Attributes:
        service: everything behind the endpoints.
        settings: its settings.
        now: that moment, seconds since 1970.
    """

    service: Service
    settings: Settings
    now: float


@contextmanager
def replayed(files: Files, settings: Settings, encoder: Encoder) -> Iterator[Replayed]:
    """A service that has taken in the whole data set and learned from it, as of its last event; deleted at the end.

    Raises:
        InputFileError: a file is missing or damaged.
        EmptyCatalogueError: no item is good.
    """
    with ExitStack() as stack:
        folder = Path(stack.enter_context(TemporaryDirectory(prefix="penchant-replayed-")))
        runner = stack.enter_context(asyncio.Runner())
        events = list(_read(files.events, EventDocument))
        cache = EmbeddingCache(settings.embedding_folder)
        last = _last(events)
        once = settings.snapshots.model_copy(update={"poll_seconds": _NEVER})
        private = settings.model_copy(update={"data_dir": folder, "as_of": last, "snapshots": once})
        with Rejects() as rejects:
            items = replace(from_file(files.items, (), rejects), rules=load_charter(settings.charter).rules())
            _tell(rejects, files.items)
        _build(private, items, encoder, cache)
        lifespan = running(private, encoder)
        service = runner.run(lifespan.__aenter__())
        stack.callback(lambda: runner.run(lifespan.__aexit__(None, None, None)))
        runner.run(_take_in(service, files.users, events))
        table = EventTable.from_bytes(runner.run(service.learnable_events()))
        _build(private, replace(items, events=table), encoder, cache)
        runner.run(service.rollover.refresh())
        yield Replayed(service, private, last.timestamp())


def _last(events: Sequence[EventDocument]) -> datetime:
    return max(event.occurred_at for event in events if event.occurred_at is not None)


def _build(settings: Settings, given: BuildInput, encoder: Encoder, cache: EmbeddingCache) -> None:
    folder = SnapshotFolder(settings.snapshot_folder)
    with ProgressBar("embedding", "text") as progress:
        Builder(settings.index, encoder, cache, folder, _say_nothing, progress)(given, force=True)


async def _take_in(service: Service, users: Path | None, events: Sequence[EventDocument]) -> None:
    for user in _read(users, UserDocument) if users else ():
        stated = user.model_dump(exclude={"user_id"}, exclude_unset=True)
        await service.person.patch(user.user_id, ProfilePatch.model_validate(stated))
    with ProgressBar("replaying", "event") as progress:
        done = 0
        for batch in batches(events):
            await service.ingest(batch)
            done += len(batch)
            progress(done, len(events))


def _read(path: Path, kind: type[SomeDocument]) -> Iterator[SomeDocument]:
    with Rejects() as rejects:
        yield from read_documents(path, kind, rejects)
        _tell(rejects, path)


def _tell(rejects: Rejects, path: Path) -> None:
    if rejects.count:
        typer.echo(f"{rejects.count} rows of {path} were rejected, such as {rejects.samples[0]}", err=True)


def _say_nothing(_step: str) -> None:
    """The benchmark's own bars tell how far it is."""
