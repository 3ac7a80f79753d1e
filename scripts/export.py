"""``penchant export``: copies events, people or items to Parquet files, whether or not a service runs."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import duckdb
import typer

from app.policy.charter.charter import CharterError
from app.storage.errors import DatabaseCopyError, StorageError
from app.warehouse.errors import ExportError
from app.warehouse.export import Exported
from app.warehouse.export import export as export_to
from app.warehouse.kinds import Kind
from indexer.progress import ProgressBar
from indexer.sensitive.taxonomy import TaxonomyError
from indexer.snapshot_files import SnapshotError
from scripts.command_settings import settings_or_exit

_ERRORS = (ExportError, CharterError, TaxonomyError, StorageError, DatabaseCopyError, SnapshotError, OSError)
_UNITS = {Kind.EVENTS: "event", Kind.PEOPLE: "bucket", Kind.ITEMS: "bucket"}


def export(
    kind: Annotated[Kind, typer.Argument(help="What to export.")],
    to: Annotated[Path, typer.Option(help="Folder of the exports, outside of the data folder.")],
    config: Annotated[Path | None, typer.Option(help="TOML file of settings.")] = None,
    *,
    pseudonyms: Annotated[
        bool, typer.Option("--pseudonyms", help="Leave ids of people out; the column `person` tells them apart.")
    ] = False,
) -> None:
    """Bring a folder of Parquet files for a warehouse up to date, or begin it.

    Events and people leave where the charter says so ([exports]). Who was erased or switched personalisation off is not
    in it; a further export writes what is new or has changed, and names what the warehouse has to delete.
    """
    settings = settings_or_exit("export", config)
    try:
        with ProgressBar(f"exporting {kind}", _UNITS[kind]) as progress:
            done = export_to(settings, kind, to, progress, pseudonyms=pseudonyms)
    except (*_ERRORS, duckdb.Error) as error:
        typer.echo(f"export: {error}", err=True)
        raise typer.Exit(1) from error
    typer.echo("\n".join(_told(done, to / kind.value)))


def _told(done: Exported, folder: Path) -> list[str]:
    manifest = done.manifest
    new = [part for part in manifest.parts if part.run == manifest.run and part.file]
    rows = sum(part.rows for part in manifest.parts)
    written = f"{done.written:,} of them in {len(new):,} new files"
    lines = [f"{folder}: {rows:,} {manifest.kind}, {written}; {done.deleted:,} to be deleted in the warehouse"]
    if manifest.left_out:
        lines.append("not in it: " + "; ".join(f"{count:,} {reason}" for reason, count in manifest.left_out.items()))
    if manifest.withheld:
        lines.append("never in it, or not declared in the charter: " + ", ".join(manifest.withheld))
    return lines
