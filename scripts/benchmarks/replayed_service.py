"""A service with a data set in it, in this process: what benchmarks of labels and controls ask."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Final, TypeVar

import typer

from app.imports.input_files import ENDINGS
from app.imports.kinds import Kind
from app.imports.opening import rows_of
from app.service import Service
from app.settings import Settings
from indexer.build_input import read_items
from indexer.documents import Document, EventDocument, ItemDocument, UserDocument
from indexer.embeddings import EmbeddingCache
from indexer.rejects import Rejects
from indexer.validation import read_documents
from models.encoder import Encoder
from scripts.benchmarks.in_process_service import Catalogue, InProcessService

SomeDocument = TypeVar("SomeDocument", EventDocument, UserDocument)
_KINDS: Final[dict[type[Document], Kind]] = {EventDocument: Kind.EVENTS, UserDocument: Kind.USERS}


@dataclass(frozen=True, slots=True)
class Files:
    """A data set.

    Attributes:
        items: items file, of any form that `penchant import` reads by itself.
        events: events file.
        users: users file, if there is one.
    """

    items: Path
    events: Path
    users: Path | None = None

    @classmethod
    def of(cls, folder: Path) -> Files:
        """The files of a folder: `items`, `events` and perhaps `users`, with any ending that `import` reads.

        Raises:
            FileNotFoundError: there is no items file or no events file.
        """
        files = [file for file in sorted(folder.glob("*")) if file.name.removesuffix(".gz").endswith(ENDINGS)]
        found = {file.name.split(".")[0]: file for file in files}
        for name in ("items", "events"):
            if name not in found:
                raise FileNotFoundError(f"{folder} has no {name}.ndjson and no {name}.parquet")
        return cls(found["items"], found["events"], found.get("users"))


@dataclass(frozen=True, slots=True)
class ReplayedService:
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
def replayed(files: Files, settings: Settings, encoder: Encoder) -> Iterator[ReplayedService]:
    """A service that has taken in the whole data set and learned from it, as of its last event; deleted at the end.

    Raises:
        InputFileError: a file is missing or damaged.
        EmptyCatalogueError: no item is good.
    """
    events = list(_read(files.events, EventDocument))
    last = _last(events)
    catalogue = Catalogue(_items(files.items), encoder, EmbeddingCache(settings.embedding_folder))
    with closing(InProcessService(settings.model_copy(update={"as_of": last}), catalogue)) as run:
        run.introduce(list(_read(files.users, UserDocument)) if files.users else [])
        run.send(events)
        run.rebuild(force=True)
        yield ReplayedService(run.service, run.settings, last.timestamp())


def _last(events: Sequence[EventDocument]) -> datetime:
    return max(event.occurred_at for event in events if event.occurred_at is not None)


def _items(path: Path) -> Sequence[ItemDocument]:
    with Rejects() as rejects:
        items = read_items(rows_of(path, Kind.ITEMS), rejects)
        _tell(rejects, path)
    return list(items.values())


def _read(path: Path, kind: type[SomeDocument]) -> Iterator[SomeDocument]:
    with Rejects() as rejects:
        yield from read_documents(rows_of(path, _KINDS[kind]), kind, rejects)
        _tell(rejects, path)


def _tell(rejects: Rejects, path: Path) -> None:
    if rejects.count:
        typer.echo(f"{rejects.count} rows of {path} were rejected, such as {rejects.samples[0]}", err=True)
