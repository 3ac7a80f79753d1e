"""``penchant migrate``: moves everything that is known of people from a folder's DuckDB into PostgreSQL."""

from __future__ import annotations

from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, NoReturn

import typer
from pydantic import SecretStr

from app.replicas.handover import hand_over
from app.settings import Settings
from app.storage.errors import StorageError
from app.storage.opening import open_stores
from indexer.progress import ProgressBar
from scripts.command_settings import settings_or_exit

if TYPE_CHECKING:
    from app.moving.digests import Compared
    from app.moving.move import Move, Rehearsal


def migrate(
    to: Annotated[
        str | None, typer.Option(help="URL of the database, as postgresql://user@host/penchant; absent, storage.url.")
    ] = None,
    config: Annotated[Path | None, typer.Option(help="TOML file of settings.")] = None,
    *,
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="Say what would be done: copy a part of each table, and take it back.")
    ] = False,
    anew: Annotated[
        bool, typer.Option("--anew", help="Empty the database first, of what a move that was broken off copied.")
    ] = False,
) -> None:
    """Move everything that is known of people from the data folder's DuckDB into PostgreSQL.

    The service must be stopped, and the database empty. Everything is read back and compared, of each person. A move
    that was broken off goes on where it stood. The folder stays as it is. Keep passwords out of URLs: set PGPASSWORD.
    """
    settings = settings_or_exit("migrate", config)
    url = to or (settings.storage.url.get_secret_value() if settings.storage.url else None)
    if url is None:
        _exit("name a database with --to, or set storage.url")
    if find_spec("psycopg") is None:
        _exit("PostgreSQL needs `pip install 'penchant[postgres]'`")
    try:
        _migrate(settings, url, dry_run=dry_run, anew=anew)
    except StorageError as error:
        _exit(str(error))


def _exit(reason: str) -> NoReturn:
    typer.echo(f"migrate: {reason}", err=True)
    raise typer.Exit(1)


def _migrate(settings: Settings, url: str, *, dry_run: bool, anew: bool) -> None:
    from app.moving import source, target  # noqa: PLC0415 - an extra
    from app.moving.move import Move  # noqa: PLC0415

    with source.opened(settings.data_dir, settings.storage) as held, target.opened(url) as database:
        move = Move(held, database)
        typer.echo(f"from {held.path} to the {database.place}")
        if dry_run:
            typer.echo("\n".join(_rehearsed(move.rehearse())))
        else:
            typer.echo("\n".join(_moved(move, anew=anew)))
    if not dry_run:
        _hand_over(settings, url)
        typer.echo("\n".join(_next(settings)))


def _hand_over(settings: Settings, url: str) -> None:
    stores = open_stores(settings.data_dir, settings.storage.model_copy(update={"url": SecretStr(url)}))
    try:
        if stores.shared is not None:
            hand_over(settings.data_dir, stores.shared)
    finally:
        stores.close()


def _moved(move: Move, *, anew: bool) -> list[str]:
    with ProgressBar("copying", "row") as progress:
        copied = move.copy(progress, anew=anew)
    with ProgressBar("comparing", "table") as progress:
        found = move.compare(progress)
    lines = [_told(each) for each in found]
    return [*lines, f"moved: {sum(each.rows for each in found):,} rows, {copied:,} of them now; all are the same there"]


def _told(each: Compared) -> str:
    people = f", of {each.people:,} people" if each.people else ""
    return f"{each.table:<20} {each.rows:>12,} rows{people}, the same"


def _rehearsed(found: Rehearsal) -> list[str]:
    rows, minutes = sum(found.rows.values()), found.expected_seconds / 60
    return [
        *(f"{table:<20} {rows:>12,} rows" for table, rows in found.rows.items()),
        f"it would go: {found.tried:,} rows were copied and taken back in {found.seconds:,.1f} s",
        f"to copy all {rows:,} takes about {minutes:,.1f} minutes, to compare them about as long",
    ]


def _next(settings: Settings) -> list[str]:
    """What is to be done now."""
    return [
        "next: set storage.url to this database (PENCHANT_STORAGE__URL, or [storage] url in the settings' file), then",
        "  penchant doctor",
        "  penchant serve",
        f"Keep {settings.data_dir}: index, keys, policies and what was served stay there.",
        "Its penchant.duckdb is as it was, and erasures do not reach it: delete it and its .wal once all is well.",
    ]
