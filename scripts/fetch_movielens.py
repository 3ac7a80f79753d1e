"""``penchant fetch-movielens``: MovieLens 100K as an items, an events and a users file."""

from collections.abc import Sequence
from pathlib import Path
from typing import Annotated, Any, Final

import orjson
import typer

from scripts.movielens import archive
from scripts.movielens.conversion import Conversion, LeftOut, convert

NOTICE: Final = """\
MovieLens 100K was collected by the GroupLens Research Project at the University of Minnesota.
Its terms: it is for research; it may not be used for commercial or revenue-bearing purposes without
GroupLens' permission, nor passed on without it; neither the university nor the researchers vouch for it,
and nothing may suggest that they endorse what you make of it. Publications cite:
  F. Maxwell Harper and Joseph A. Konstan. 2015. The MovieLens Datasets: History and Context.
  ACM Transactions on Interactive Intelligent Systems 5, 4, Article 19. doi:10.1145/2827872
"""


def fetch_movielens(
    folder: Annotated[Path, typer.Option(help="Where items, events and users are written.")] = Path("data/movielens"),
    cache: Annotated[Path, typer.Option(help="Where the files as fetched are kept.")] = Path("data/cache"),
) -> None:
    """Fetch MovieLens 100K and write it as items, events and users files.

    The files are fetched once, as part of the wheel of RecBole 1.2.1, and checked against known hashes. Ratings of
    4 and 5 become likes, 3 clicks, 1 and 2 dislikes. What is left out, and why, is printed.
    """
    source = cache / "ml-100k"
    if not archive.is_cached(source):
        typer.echo(NOTICE)
        _fetch_or_exit(source)
    conversion = convert(archive.read(source))
    write(conversion, folder)
    typer.echo(account(conversion, folder))


def write(conversion: Conversion, folder: Path) -> None:
    """Writes the three files; one that already holds the same rows is left untouched."""
    folder.mkdir(parents=True, exist_ok=True)
    _write_rows(folder / "items.ndjson", conversion.items)
    _write_rows(folder / "events.ndjson", conversion.events)
    _write_rows(folder / "users.ndjson", conversion.users)


def account(conversion: Conversion, folder: Path) -> str:
    """Says what was written and what was left out."""
    left_out: LeftOut = conversion.left_out
    return (
        f"{folder}: {len(conversion.items):,} items, {len(conversion.events):,} events,"
        f" {len(conversion.users):,} users\n"
        f"left out: {left_out.untitled_films} film without a title and its {left_out.untitled_ratings} ratings;"
        f" {left_out.repeated_films} films entered twice (their ratings count for the first id)"
        f" and {left_out.repeated_ratings} second ratings of these by the same person"
    )


def _fetch_or_exit(source: Path) -> None:
    try:
        archive.fetch(source)
    except archive.ArchiveError as error:
        typer.echo(f"fetch-movielens: {error}", err=True)
        raise typer.Exit(1) from error


def _write_rows(file: Path, rows: Sequence[Any]) -> None:
    content = b"".join(orjson.dumps(row, option=orjson.OPT_APPEND_NEWLINE) for row in rows)
    if file.is_file() and file.read_bytes() == content:
        return
    unfinished = file.with_name(f".{file.name}.unfinished")
    unfinished.write_bytes(content)
    unfinished.replace(file)
