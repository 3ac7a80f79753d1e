"""MovieLens 100K as an items, an events and a users file: fetched once, converted, written where they changed."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any, Final

import orjson
import typer

from scripts.demo.movielens import archive
from scripts.demo.movielens.conversion import Conversion, LeftOut, convert

NOTICE: Final = """\
MovieLens 100K was collected by the GroupLens Research Project at the University of Minnesota.
Its terms: it is for research; it may not be used for commercial or revenue-bearing purposes without
GroupLens' permission, nor passed on without it; neither the university nor the researchers vouch for it,
and nothing may suggest that they endorse what you make of it. Publications cite:
  F. Maxwell Harper and Joseph A. Konstan. 2015. The MovieLens Datasets: History and Context.
  ACM Transactions on Interactive Intelligent Systems 5, 4, Article 19. doi:10.1145/2827872
"""


def fetch_files(folder: Path, cache: Path) -> None:
    """Fetch MovieLens 100K unless the cache has it, write the three files, and say what was left out.

    Raises:
        ArchiveError: it cannot be fetched, or is not what it should be.
    """
    source = cache / "ml-100k"
    if not archive.is_cached(source):
        typer.echo(NOTICE)
        archive.fetch(source)
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


def _write_rows(file: Path, rows: Sequence[Any]) -> None:
    content = b"".join(orjson.dumps(row, option=orjson.OPT_APPEND_NEWLINE) for row in rows)
    if file.is_file() and file.read_bytes() == content:
        return
    unfinished = file.with_name(f".{file.name}.unfinished")
    unfinished.write_bytes(content)
    unfinished.replace(file)
