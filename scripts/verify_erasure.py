"""``penchant verify-erasure``: looks for a person's id in every file of the data folder."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from app.person.erasure.byte_search import Hit
from app.person.erasure.proof import Proof, Sight, prove
from app.storage.errors import StorageError
from scripts.command_settings import settings_or_exit

SHORT_BYTES = 6
"""An id with fewer bytes may be found by chance, as a part of something else."""

_ONLY_ITEMS = (
    "All of it stands in items of the catalogue, which say by it what the item is, not what a person did. It goes when "
    "these items are changed or deleted, the index is built anew, and the snapshots from before are gone."
)

_PACKED = (
    " Texts of this database are packed, as earlier versions wrote them: the tables were looked through, free blocks "
    "could not be. The next erasure of somebody of whom anything is held writes the file anew."
)


_OF_THE_SERVER = (
    "The tables of the {place} were looked through by query. What no query sees cannot be told from here: the "
    "server's files, in which deleted rows stay until their room is used again, its write-ahead log and archive, "
    "standbys, dumps and copies of its disks. See docs/guides/postgresql.md for when each of them is free of a person."
)


def verify_erasure(
    user: Annotated[str, typer.Argument(help="Id of the person who was erased.")],
    also: Annotated[
        list[Path] | None, typer.Option(help="Another folder or file, as of backups or logs; repeat.")
    ] = None,
    config: Annotated[Path | None, typer.Option(help="TOML file of settings.")] = None,
) -> None:
    """Look for a person's id in the data folder; fail if it is there outside of items, or if that cannot be told.

    Every file is looked through byte by byte, the database's free blocks and write-ahead log and packed files too, and
    every table by query. That the search would find the person is shown by others: by people who are there, and by some
    that are planted in a copy of the database, found, erased, and found no more. The service may be running.

    Where people are in PostgreSQL, its tables are looked through by query, and what that cannot see is said.

    The status is 0 if the id is nowhere, 1 if it was found, and 2 if not everything could be looked into.
    """
    settings = settings_or_exit("verify-erasure", config)
    roots = [settings.data_dir, *(also or ())]
    for root in roots:
        if not root.exists() or (root == settings.data_dir and not root.is_dir()):
            typer.echo(f"verify-erasure: {root} is no folder", err=True)
            raise typer.Exit(2)
    try:
        proof = prove(roots[0], user, roots[1:], settings.storage)
    except (OSError, StorageError) as error:
        typer.echo(f"verify-erasure: nothing is proved: {error}", err=True)
        raise typer.Exit(2) from error
    raise typer.Exit(_tell(proof, user, roots[0]))


def _tell(proof: Proof, user: str, folder: Path) -> int:
    """Say what came of it; the status."""
    lines = [_told(hit) for hit in proof.hits] + [f"not looked into: {each}" for each in proof.unseen]
    if lines:
        typer.echo("\n".join(lines), err=True)
    if proof.sight is not None:
        typer.echo(_of_sight(proof.sight), err=not proof.sight.is_clear)
    if proof.server is not None:
        typer.echo(_OF_THE_SERVER.format(place=proof.server))
    if any(hit.times > hit.in_items for hit in proof.hits):
        if len(user.encode()) < SHORT_BYTES:
            typer.echo("The id is short: it may be a part of something else.", err=True)
        return 1
    if proof.unseen or (proof.sight is not None and not proof.sight.is_clear):
        typer.echo("verify-erasure: nothing is proved: not everything could be looked into", err=True)
        return 2
    looked = f"{proof.files:,} files, {proof.bytes:,} bytes, and the tables of {proof.tables:,} databases, of {folder}"
    typer.echo(_ONLY_ITEMS if proof.hits else f"not found in {looked}")
    return 0


def _of_sight(sight: Sight) -> str:
    (present, people), (planted, all_planted) = sight.present, sight.planted
    said = (
        f"The search of bytes finds {present} of {people} people who are there, and {planted} of {all_planted} that "
        f"were planted in a copy of the database; after their erasure, {sight.left} of these."
    )
    return said + (_PACKED if sight.packed and not sight.is_clear else "")


def _told(hit: Hit) -> str:
    items = f", of these {hit.in_items:,} in items of the catalogue" if hit.in_items else ""
    return f"found {hit.times:,} times in {hit.place}{items}"
