"""An items file and made-up people as the files of a data set."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from pathlib import Path

import orjson
import typer

from indexer.documents import ItemDocument
from indexer.validation import parse
from scripts.benchmarks.catalogues.people import Row, made_up
from scripts.benchmarks.catalogues.tables import read_table
from scripts.benchmarks.replayed_service import Files


def with_people(table: Path, folder: Path, seed: int = 0) -> Files:
    """Write the items of a table that can be read, and people made up for them, into a folder."""
    items = list(_items(table))
    events, users = made_up(items, seed)
    _write(folder / "items.ndjson", (item.model_dump(mode="json", exclude_none=True) for item in items))
    _write(folder / "events.ndjson", events)
    if users:
        _write(folder / "users.ndjson", users)
    return Files.of(folder)


def _items(table: Path) -> Iterator[ItemDocument]:
    rejected = 0
    seen: set[str] = set()
    for row in read_table(table):
        parsed = parse(ItemDocument, row)
        if isinstance(parsed, list) or parsed.item_id in seen:
            rejected += 1
            continue
        seen.add(parsed.item_id)
        yield parsed
    if rejected:
        typer.echo(f"{rejected} rows of {table} were left out: damaged, or of an id that was there before", err=True)


def _write(file: Path, rows: Iterable[Row]) -> None:
    file.write_bytes(b"".join(orjson.dumps(row, option=orjson.OPT_APPEND_NEWLINE) for row in rows))
