"""Options by which commands are told how a file is to be read."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from pathlib import Path
from typing import Annotated

import typer

from app.imports.kinds import Kind
from app.imports.sources.table import SOURCES
from app.imports.wishes import MappingFile, Wishes, pairs, wishes_of

From = Annotated[str | None, typer.Option("--from", help=f"What wrote the file: {', '.join(SOURCES)}.", metavar="NAME")]
Map = Annotated[
    list[str] | None,
    typer.Option("--map", help="FIELD=COLUMN, once for each column of a field.", metavar="FIELD=COLUMN"),
]
Set = Annotated[list[str] | None, typer.Option("--set", help="A value that all rows have.", metavar="FIELD=VALUE")]
Type = Annotated[
    list[str] | None,
    typer.Option("--type", help="What a type of event in the file is; NAME= leaves it out.", metavar="NAME=TYPE"),
]
Mapping = Annotated[Path | None, typer.Option("--mapping", help="TOML file that says the same.", metavar="FILE")]


def said_of(
    kind: Kind, mapping: Path | None, maps: Iterable[str] | None, sets: Iterable[str] | None, **said: object
) -> Wishes:
    """What a mapping file and the options of a command say of a file together; the options hold.

    Raises:
        InputFileError: it cannot be.
    """
    kept = MappingFile.read(mapping).of(kind) if mapping else Wishes()
    columns = defaultdict[str, tuple[str, ...]](tuple)
    for field, column in pairs(maps or (), "--map"):
        columns[field] += (column,)
    return wishes_of(kept, {"map": dict(columns), "set": dict(pairs(sets or (), "--set")), **said})


def types_said(types: Iterable[str] | None) -> dict[str, str]:
    """Types of event as the file names them -> as Penchant does.

    Raises:
        InputFileError: it cannot be.
    """
    return dict(pairs(types or (), "--type", last=True))
