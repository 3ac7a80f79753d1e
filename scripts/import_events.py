"""``penchant import-events``: takes a file of signals in, millions of rows, whether a service runs or not."""

from __future__ import annotations

import time
from collections import Counter, deque
from collections.abc import Iterable
from concurrent.futures import Future
from contextlib import AbstractContextManager
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import Annotated, Final

import httpx
import typer

from app.api.schemas.rows import EventRow
from app.client import ProblemError
from app.client.reasons import Reasons
from app.errors import PenchantError
from app.imports.import_state import FOLDER, ImportState
from app.imports.signal_rows import count_rows, lines_before, signal_rows
from app.imports.sinks import AT_ONCE, Sink, into_stores, over_http
from app.settings import Settings
from app.storage.errors import StorageError
from app.storage.service_address import service_address
from indexer.documents import EventDocument
from indexer.problems import FieldProblem
from indexer.progress import ProgressBar
from indexer.readers import FileRow, InputFileError
from indexer.rejects import Rejects
from scripts.command_settings import client_of, settings_or_exit

TAKEN: Final = ("accepted", "awaiting_item", "duplicate")
_REFUSED: Final = frozenset({"rejected", "conflict"})
_ERRORS: Final = (InputFileError, httpx.HTTPError, ProblemError, StorageError, PenchantError)

Rows = tuple[tuple[FileRow, EventDocument], ...]


def import_events(
    file: Annotated[Path, typer.Argument(help="Signals: .ndjson, .jsonl or .csv, each perhaps with .gz, or .parquet.")],
    rejects: Annotated[Path | None, typer.Option(help="Where rows that are not taken go, as NDJSON.")] = None,
    url: Annotated[str | None, typer.Option(help="Address of a service that runs on another machine.")] = None,
    config: Annotated[Path | None, typer.Option(help="TOML file of settings.")] = None,
    *,
    again: Annotated[bool, typer.Option("--again", help="Begin at the first row, whatever was taken before.")] = False,
) -> None:
    """Take a file of signals in: dwell, completion, scroll depth and all other types of event.

    Where a service runs on the data folder, or `--url` names one, they are sent to it; else they go straight into the
    folder's stores. A row that came before changes nothing, and an import that was broken off goes on where it was: so
    a command may be repeated. The rejects file has every row that was not taken, with the field and the reason; the
    last line counts them all. Where nothing is taken, or more is lost than the setting `intake.max_rejected_share`, the
    status is 1.
    """
    settings = settings_or_exit("import-events", config)
    try:
        counts, seconds, reasons = _import(settings, file, rejects, url, again=again)
    except _ERRORS as error:
        typer.echo(f"import-events: {error}", err=True)
        raise typer.Exit(1) from error
    typer.echo(f"{reasons.account(counts)}; {counts.total() / max(seconds, 1e-9):,.0f} rows a second")
    lost = counts.total() - sum(counts[status] for status in TAKEN)
    if counts and (lost == counts.total() or lost > settings.intake.max_rejected_share * counts.total()):
        raise typer.Exit(1)


def _import(
    settings: Settings, file: Path, rejects: Path | None, url: str | None, *, again: bool
) -> tuple[Counter[str], float, Reasons]:
    if not file.is_file():
        raise InputFileError(f"{file} is not a file" if file.exists() else f"{file} does not exist")
    state = ImportState.of(settings.data_dir, file)
    after = 0 if again else state.row()
    if after:
        typer.echo(f"going on after row {after:,} of {file}; --again begins at the first", err=True)
    place = rejects or settings.data_dir / FOLDER / f"{file.name}.rejects{f'-after-{after}' if after else ''}.ndjson"
    with _sink(settings, url) as sink, Rejects(place) as refused, ProgressBar("events", "row") as progress:
        length = _Length(count_rows(file), lines_before(file))
        work = _Work(state, refused, progress, length, Counter(), Reasons(), after)
        began = time.perf_counter()
        work.run(sink, signal_rows(file, refused, after))
        seconds = time.perf_counter() - began
    if refused.count:
        typer.echo(f"{refused.count:,} rows were not taken: {place}", err=True)
    return work.counts, seconds, work.reasons


def _sink(settings: Settings, url: str | None) -> AbstractContextManager[Sink]:
    address = url or service_address(settings.data_dir)
    if address is None:
        return into_stores(settings)
    return over_http(client_of(settings, address))


@dataclass(frozen=True, slots=True)
class _Length:
    """How long a file is.

    Attributes:
        rows: at most; 0 where that is not known.
        header: lines before the first, by which the numbers of rows are higher.
    """

    rows: int
    header: int


@dataclass(slots=True)
class _Work:
    """Sends rows, some batches ahead, and keeps account of them in order of the file."""

    state: ImportState
    refused: Rejects
    progress: ProgressBar
    length: _Length
    counts: Counter[str]
    reasons: Reasons
    row: int

    def run(self, sink: Sink, rows: Iterable[tuple[FileRow, EventDocument]]) -> None:
        waiting: deque[tuple[Rows, Future[list[EventRow]]]] = deque()
        rows = iter(rows)
        while batch := tuple(islice(rows, sink.rows)):
            waiting.append((batch, sink.send([event for _, event in batch])))
            if len(waiting) > AT_ONCE:
                self._settle(*waiting.popleft())
        for batch, sent in waiting:
            self._settle(batch, sent)
        unread = self.refused.count - sum(self.counts[status] for status in _REFUSED)
        self.counts.update({"rejected": unread} if unread else {})
        self.reasons.note_rejects(self.refused)

    def _settle(self, batch: Rows, sent: Future[list[EventRow]]) -> None:
        for (row, _), result in zip(batch, sent.result(), strict=True):
            self.counts[result.status] += 1
            if result.status in _REFUSED:
                problems = [FieldProblem(each.field, each.message) for each in result.errors or ()]
                self.refused.refused_elsewhere(row, problems)
            self.reasons.note(result)
        self.row = batch[-1][0].number
        self.state.keep(self.row)
        rows = self.row - self.length.header
        self.progress(rows, max(self.length.rows, rows))
