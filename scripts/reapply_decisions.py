"""``penchant reapply-decisions``: after a database was brought back by other means than ``penchant restore``."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated

import typer

from app.access.keyfile import KeyFileError
from app.backup.decisions import reapply
from app.backup.ledger import Ledger
from app.replicas.secret import secret_of_all
from app.storage.errors import StorageError
from app.storage.opening import open_stores
from scripts.command_settings import settings_or_exit


def reapply_decisions(
    since: Annotated[
        datetime | None, typer.Option(help="When the dump was begun, in UTC; absent, all that the ledger holds.")
    ] = None,
    also: Annotated[
        list[Path] | None, typer.Option(help="Another folder with a ledger, as of another replica; repeat.")
    ] = None,
    config: Annotated[Path | None, typer.Option(help="TOML file of settings.")] = None,
) -> None:
    """Apply erasures, opt-outs and revoked keys again, after a database was restored otherwise.

    `penchant restore` does so itself; this is for a dump, or the copy of a disk. No service may run meanwhile. Erasures
    are finished by the next start of the service, before it serves. To call it twice does no harm.
    """
    settings = settings_or_exit("reapply-decisions", config)
    moment = since.replace(tzinfo=UTC).timestamp() if since else 0.0
    entries = Ledger(settings.data_dir, settings.backup.folder).since(moment, *(also or ()))
    try:
        stores = open_stores(settings.data_dir, settings.storage)
        try:
            secret = secret_of_all(settings.data_dir, stores.shared)
            done = reapply(stores, settings.data_dir, secret, entries, datetime.now(UTC).timestamp())
        finally:
            stores.close()
    except (KeyFileError, StorageError) as error:
        typer.echo(f"reapply-decisions: {error}", err=True)
        raise typer.Exit(1) from error
    typer.echo(f"{len(entries):,} decisions{f' since {since}' if since else ''}; {done.told}")
