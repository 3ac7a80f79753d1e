"""``penchant backup``: copies a data folder, whether or not a service writes to it."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated, NoReturn

import duckdb
import typer

from app.backup.backup import BackedUp, make_backup
from app.backup.ledger import Ledger
from app.backup.manifest import BackupError, BackupManifest, backups_in, read_manifest
from app.backup.timetable import BackupOutcome, write_outcome
from app.storage.errors import DatabaseCopyError
from scripts.command_settings import settings_or_exit


def backup(
    folder: Annotated[
        Path | None, typer.Argument(help="Folder of the backups; absent, the one of the settings (backup.folder).")
    ] = None,
    keep: Annotated[int | None, typer.Option(min=1, help="Backups that stay; absent, as set (backup.keep).")] = None,
    config: Annotated[Path | None, typer.Option(help="TOML file of settings.")] = None,
) -> None:
    """Back the data folder up, while it is served or not: database, index, policies, keys, what was served.

    What has not changed since the backup before is linked, not copied. Bring one back with `penchant restore`.
    """
    settings = settings_or_exit("backup", config)
    place = folder or settings.backup.folder
    if place is None:
        _exit("name a folder, or set backup.folder")
    now = datetime.now(UTC)
    try:
        source = BackedUp(settings.data_dir, has_people=settings.storage.url is None)
        made = make_backup(source, place, now, keep or settings.backup.keep, typer.echo)
        oldest = read_manifest(backups_in(place)[0]).created_at.timestamp()
        if place == settings.backup.folder and source.has_people:  # of dumps nobody knows the oldest
            Ledger(settings.data_dir, place).drop_before(oldest)
    except (BackupError, DatabaseCopyError, duckdb.Error, OSError) as error:
        _note(settings.data_dir, BackupOutcome(at=now, ok=False, said=str(error)))
        _exit(str(error))
    _note(settings.data_dir, BackupOutcome(at=now, ok=True, said=str(made.path)))
    linked = len(made.manifest.files) - made.copied
    typer.echo(
        f"backed up to {made.path}: {_people(made.manifest)}, index {made.manifest.snapshot or 'none'}; "
        f"{made.copied:,} files copied ({made.copied_bytes / 1e6:,.1f} MB), {linked:,} unchanged"
    )


def _people(manifest: BackupManifest) -> str:
    if manifest.events is None:
        return "no people, who are in PostgreSQL (dump that with its own tools)"
    return f"{manifest.events:,} events"


def _note(data_dir: Path, outcome: BackupOutcome) -> None:
    """For `/readyz`; where even that cannot be written, the command's own words have to do."""
    try:
        write_outcome(data_dir, outcome)
    except OSError as error:
        typer.echo(f"backup: {error}", err=True)


def _exit(reason: str) -> NoReturn:
    typer.echo(f"backup: {reason}", err=True)
    raise typer.Exit(1)
