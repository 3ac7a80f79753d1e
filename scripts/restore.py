"""``penchant restore``: puts a backup in the place of the data folder, and applies again what was decided since."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated

import typer

from app.access.keyfile import KeyFileError
from app.backup.backup import BackedUp
from app.backup.manifest import BackupError
from app.backup.restore import restore as restore_backup
from app.storage.errors import StorageError
from scripts.command_settings import settings_or_exit


def restore(
    folder: Annotated[Path, typer.Argument(help="A backup, or a folder of backups, of which the newest is taken.")],
    config: Annotated[Path | None, typer.Option(help="TOML file of settings.")] = None,
) -> None:
    """Restore a backup, and apply again the erasures, opt-outs and revoked keys that came after it.

    It is compared with its manifest first, what is there is moved aside, and the data folder must not be in use.
    """
    settings = settings_or_exit("restore", config)
    place = BackedUp(settings.data_dir, has_people=settings.storage.url is None)
    try:
        done = restore_backup(place, folder, datetime.now(UTC), typer.echo)
    except (BackupError, KeyFileError, StorageError, OSError) as error:
        typer.echo(f"restore: {error}", err=True)
        raise typer.Exit(1) from error
    typer.echo(
        f"restored {done.backup}, of {done.manifest.created_at:%Y-%m-%d %H:%M:%S} UTC, with "
        f"{'no' if done.manifest.events is None else f'{done.manifest.events:,}'} events and index "
        f"{done.manifest.snapshot or 'none'}: what happened after that is lost"
    )
    typer.echo(done.reapplied.told)
    if done.manifest.events is None:
        typer.echo("people are in PostgreSQL: restore that with its own tools, then call penchant reapply-decisions")
    if done.aside:
        typer.echo(f"what was there is in {done.aside}: it holds people's data, so delete it once all is well")
