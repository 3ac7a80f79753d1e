"""``penchant fetch-movielens``: MovieLens 100K as an items, an events and a users file."""

from pathlib import Path
from typing import Annotated

import typer

from scripts.demo.fetch_movielens import fetch_files
from scripts.demo.movielens.archive import ArchiveError


def fetch_movielens(
    folder: Annotated[Path, typer.Option(help="Where items, events and users are written.")] = Path("data/movielens"),
    cache: Annotated[Path, typer.Option(help="Where the files as fetched are kept.")] = Path("data/cache"),
) -> None:
    """Fetch MovieLens 100K and write it as items, events and users files.

    The files are fetched once, as part of the wheel of RecBole 1.2.1, and checked against known hashes. Ratings of
    4 and 5 become likes, 3 clicks, 1 and 2 dislikes. What is left out, and why, is printed.
    """
    try:
        fetch_files(folder, cache)
    except ArchiveError as error:
        typer.echo(f"fetch-movielens: {error}", err=True)
        raise typer.Exit(1) from error
