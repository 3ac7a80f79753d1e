"""``penchant enforce-retention``: deletes the events that are older than the charter keeps them."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from app.clock import Clock
from app.clock_witness import ClockWitness, confirm
from app.insights.served_files import ServedFiles
from app.policy.charter.charter import CharterError, load_charter
from app.policy.charter.ingestion_gate import IngestionGate
from app.serving.declared_types import with_types
from app.storage.errors import DatabaseInUseError, StorageError
from app.storage.opening import open_stores
from models.user_state import DAY_SECONDS
from scripts.command_settings import settings_or_exit


def enforce_retention(
    *,
    the_clock_is_right: Annotated[
        bool, typer.Option(help="Say so of a clock that leapt ahead; a running service then goes by it.")
    ] = False,
    config: Annotated[Path | None, typer.Option(help="TOML file of settings.")] = None,
) -> None:
    """Delete the events that are older than the charter keeps them.

    A running service does so itself, at its start and then every day; it alone may open its database meanwhile.
    """
    settings = settings_or_exit("enforce-retention", config)
    _follow_clock(settings.data_dir, the_clock_is_right)
    try:
        charter = load_charter(settings.charter, settings.index.sensitive.taxonomy)
        stores = open_stores(settings.data_dir, settings.storage)
        gate = IngestionGate(charter, weights=with_types(settings, stores.events).events)
    except DatabaseInUseError as error:
        typer.echo(f"enforce-retention: {error}; the service that uses it enforces retention itself", err=True)
        raise typer.Exit(1) from error
    except (CharterError, StorageError) as error:
        typer.echo(f"enforce-retention: {error}", err=True)
        raise typer.Exit(1) from error
    try:
        now = Clock(settings.as_of, ClockWitness(settings.data_dir, settings.retention.steady_hours)).settled()
        expired = stores.events.delete_older(gate.kept_since(now), gate.kept_seen(now)).result()
        stores.forgettings.delete_older(gate.seen_since(now)).result()
        waited = stores.events.expire_awaiting(now - settings.ingest.awaiting.days * DAY_SECONDS).result()
        days = ServedFiles(settings.served_folder).delete_before(gate.served_since(now))
    finally:
        stores.close()
    typer.echo(
        f"deleted {expired.events:,} events of {len(expired.users):,} people, {waited:,} whose item did not come, "
        f"and {days:,} days of served answers"
    )


def _follow_clock(data_dir: Path, wanted: bool) -> None:
    if wanted:
        confirm(data_dir)
        typer.echo("noted: from now on the clock is followed")
