"""``penchant import``: takes files of items, events or people in, whether a service runs or not."""

from __future__ import annotations

import gc
import sys
from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager
from pathlib import Path
from typing import Annotated, Any, Final

import httpx
import typer

from app.errors import PenchantError
from app.imports.import_run import Imported, ImportRun
from app.imports.kinds import Kind
from app.imports.opening import open_import
from app.imports.preview import preview_of
from app.imports.sinks import Sink, into_stores, over_http
from app.imports.wishes import Wishes
from app.policy.charter.charter import ANY, CharterError, load_charter
from app.policy.charter.ingestion_gate import IngestionGate
from app.settings import Settings
from app.storage.errors import StorageError
from app.storage.service_address import service_address
from indexer.progress import ProgressBar
from indexer.readers import InputFileError
from indexer.sensitive.taxonomy import TaxonomyError, load_taxonomy
from penchant_client import ProblemError
from scripts.command_settings import client_of, settings_or_exit
from scripts.import_options import From, Map, Mapping, Set, Type, said_of, types_said

_ERRORS: Final = (
    InputFileError,
    httpx.HTTPError,
    ProblemError,
    StorageError,
    PenchantError,
    CharterError,
    TaxonomyError,
)
_HELP: Final = {
    Kind.ITEMS: "Add or replace items, and put them in service.",
    Kind.EVENTS: "Take in what people did: views, purchases, ratings, dwells and all other types of event.",
    Kind.USERS: "Set what people say of themselves.",
}
_MORE: Final = """

Files are tables (.csv, .tsv), JSON (.json, .ndjson, .jsonl), feeds (.xml), each perhaps with .gz, or Parquet. What
wrote them is recognised, or said by `--from`; other columns are taken by the names of fields, or as `--map` says.

First it is said what will be done: which columns become which fields, the first rows, what will be left out. In a
terminal you are asked then; `--dry-run` stops there. Where a service runs on the data folder, or `--url` names one,
rows are sent to it; else they go straight into the folder's stores. A row that came before changes nothing, and an
import that was broken off goes on where it was: so a command may be repeated. The rejects file has every row that was
not taken, with the field and the reason; the last line counts them all. Where nothing is taken, or more is lost than
the setting `intake.max_rejected_share`, the status is 1.
"""

import_ = typer.Typer(no_args_is_help=True, add_completion=False, help="Take files of items, events or people in.")


def _command(kind: Kind) -> Callable[..., None]:
    def command(
        files: Annotated[list[Path], typer.Argument(metavar="FILE...", show_default=False)],
        source: From = None,
        maps: Map = None,
        sets: Set = None,
        types: Type = None,
        mapping: Mapping = None,
        time_unit: Annotated[
            str | None, typer.Option(help="Of numbers that are times: s, ms, us or ns since 1970.")
        ] = None,
        time_zone: Annotated[
            str | None, typer.Option(help="Of times without an offset, such as Europe/Berlin.")
        ] = None,
        encoding: Annotated[str | None, typer.Option(help="Of text that is not UTF-8, such as cp1252.")] = None,
        delimiter: Annotated[str | None, typer.Option(help="Between the cells of a table.")] = None,
        decimal: Annotated[str | None, typer.Option(help="Sign before the decimals of a table: . or ,")] = None,
        rejects: Annotated[Path | None, typer.Option(help="Where rows that are not taken go, as NDJSON.")] = None,
        url: Annotated[str | None, typer.Option(help="Address of a service that runs on another machine.")] = None,
        config: Annotated[Path | None, typer.Option(help="TOML file of settings.")] = None,
        *,
        dry_run: Annotated[bool, typer.Option("--dry-run", help="Say what would be done, and stop.")] = False,
        yes: Annotated[bool, typer.Option("--yes", "-y", help="Do not ask.")] = False,
        again: Annotated[
            bool, typer.Option("--again", help="Begin at the first row, whatever was taken before.")
        ] = False,
    ) -> None:
        settings = settings_or_exit(f"import {kind}", config)
        gc.freeze()  # what was imported to run stays: it need not be gone through again with every million rows
        try:
            wishes = said_of(
                kind,
                mapping or settings.mapping,
                maps,
                sets,
                source=source,
                types=types_said(types),
                time_unit=time_unit,
                time_zone=time_zone,
                encoding=encoding,
                delimiter=delimiter,
                decimal=decimal,
            )
            runs = [_run(settings, kind, file, wishes, rejects) for file in files]
            begun = [_begin(settings, run, again=again, dry_run=dry_run) for run in runs]
            if dry_run:
                return
            _ask(yes=yes)
            done = _imported(settings, kind, url, [(run, *told) for run, told in zip(runs, begun, strict=True)])
        except _ERRORS as error:
            typer.echo(f"import {kind}: {error}", err=True)
            raise typer.Exit(1) from error
        finally:
            gc.unfreeze()
        if any(each.failed(settings.intake.max_rejected_share) for each in done):
            raise typer.Exit(1)

    return command


def _run(settings: Settings, kind: Kind, file: Path, wishes: Wishes, rejects: Path | None) -> ImportRun:
    declared = load_charter(settings.charter, settings.index.sensitive.taxonomy).attributes
    attributes = None if ANY in declared else frozenset(declared)
    opened = open_import(file, kind, wishes, frozenset(settings.events.names()), attributes)
    return ImportRun(opened, settings.data_dir, wishes.model_dump_json(), rejects)


def _begin(settings: Settings, run: ImportRun, *, again: bool, dry_run: bool) -> tuple[int, int]:
    """The last row that was dealt with before, and how many are to be sent; 0 where either is not known."""
    after = 0 if again else run.state.row()
    if after and not dry_run:
        path = run.file.file.path
        typer.echo(f"going on after row {after:,} of {path}; --again begins at the first", err=True)
        return after, 0
    with ProgressBar("checking", "row") as progress:
        preview = preview_of(run.file, _gate(settings), progress)
    typer.echo("\n".join(preview.lines()))
    return 0, preview.rejects.taken


def _gate(settings: Settings) -> IngestionGate:
    taxonomy = settings.index.sensitive.taxonomy
    charter, topics = load_charter(settings.charter, taxonomy), load_taxonomy(taxonomy).names
    return IngestionGate(charter, topics=topics, weights=settings.events)


def _ask(*, yes: bool) -> None:
    if not yes and sys.stdin.isatty() and sys.stdout.isatty():
        typer.confirm("Go on?", abort=True)


def _imported(
    settings: Settings, kind: Kind, url: str | None, runs: Sequence[tuple[ImportRun, int, int]]
) -> list[Imported]:
    done: list[Imported] = []
    with _sink(settings, url) as sink:
        for run, after, rows in runs:
            done.append(run(sink, rows, after=after))
            if done[-1].rejects:
                refused = done[-1].transfer.rejects.count
                typer.echo(f"{refused:,} rows were not taken: {done[-1].rejects}", err=True)
            typer.echo(done[-1].account())
        with ProgressBar("embedding", "text") as progress:
            if problem := sink.finish(kind, progress):
                raise InputFileError(problem)
    return done


def _sink(settings: Settings, url: str | None) -> AbstractContextManager[Sink]:
    address = url or service_address(settings.data_dir)
    if address is None:
        return into_stores(settings)
    return over_http(client_of(settings, address))


for _kind, _words in _HELP.items():
    _registered: Callable[[Callable[..., None]], Any] = import_.command(_kind.value, help=_words + _MORE)
    _registered(_command(_kind))
