"""``penchant verify-erasure``: looks for a person's id in every file of the data folder."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from app.person.byte_search import Hit, sweep
from scripts.command_settings import settings_or_exit

SHORT_BYTES = 6
"""An id with fewer bytes may be found by chance, as a part of something else."""

_ONLY_ITEMS = (
    "All of it stands in items of the catalogue, which say by it what the item is, not what a person did. It goes when "
    "these items are changed or deleted, the index is built anew, and the snapshots from before are gone."
)


def verify_erasure(
    user: Annotated[str, typer.Argument(help="Id of the person who was erased.")],
    config: Annotated[Path | None, typer.Option(help="TOML file of settings.")] = None,
) -> None:
    """Look for a person's id in every file of the data folder; fail if it is there outside of items.

    The database's file, with blocks that are free, and its write-ahead log are looked through byte by byte, and so are
    packed files. The service may be running.
    """
    folder = settings_or_exit("verify-erasure", config).data_dir
    if not folder.is_dir():
        typer.echo(f"verify-erasure: {folder} is no folder", err=True)
        raise typer.Exit(2)
    swept = sweep(folder, user)
    if not swept.hits:
        typer.echo(f"not found in {swept.files:,} files, {swept.bytes:,} bytes, of {folder}")
        return
    typer.echo("\n".join(_told(hit) for hit in swept.hits), err=True)
    if all(hit.times == hit.in_items for hit in swept.hits):
        typer.echo(_ONLY_ITEMS)
        return
    if len(user.encode()) < SHORT_BYTES:
        typer.echo("The id is short: it may be a part of something else.", err=True)
    raise typer.Exit(1)


def _told(hit: Hit) -> str:
    items = f", of these {hit.in_items:,} in items of the catalogue" if hit.in_items else ""
    return f"found {hit.times:,} times in {hit.place}{items}"
