"""A file as rows of named values, whatever its form: what it holds is seen before it is read."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import Any, Final, Protocol

from app.imports.json_files import Whole, json_file
from app.imports.kinds import Row
from app.imports.parquet_files import ParquetFile
from app.imports.tables import Table
from app.imports.wishes import Wishes
from app.imports.xml_files import xml_file
from indexer.readers import FileRow, InputFileError

TABLES: Final = (".csv", ".tsv", ".tab", ".txt", ".data", ".dat", ".item", ".user")
JSONS: Final = (".ndjson", ".jsonl", ".json")
XMLS: Final = (".xml", ".rss", ".atom")
ENDINGS: Final = (*TABLES[:4], *JSONS, ".parquet", *XMLS)
SEEN: Final = 100
"""Rows by which a file is judged."""


class Form(Protocol):
    """How a file is written."""

    def rows(self) -> Iterator[FileRow]:
        """Its rows."""
        ...


@dataclass(frozen=True, slots=True)
class InputFile:
    """A file that was looked at.

    Attributes:
        path: the file.
        form: how it is written.
        columns: the names that its rows have.
        first: its first rows.
    """

    path: Path
    form: Form
    columns: tuple[str, ...]
    first: tuple[Row, ...]

    @property
    def table(self) -> Table | None:
        """The file as a table, if it is one, whose cells are text."""
        return self.form if isinstance(self.form, Table) else None

    @property
    def above(self) -> Row:
        """What stands beside the rows, in a file that is one object."""
        return self.form.value if isinstance(self.form, Whole) else {}

    def has(self, column: str) -> bool:
        """Whether there is such a column; `properties.sku` is what the object `properties` calls so."""
        return column in self.columns


def look_at(path: Path, wishes: Wishes) -> InputFile:
    """What a file is.

    Raises:
        InputFileError: it is missing, empty, damaged, or of no known kind.
    """
    if not path.is_file():
        raise InputFileError(f"{path} is not a file" if path.exists() else f"{path} does not exist")
    form = _form(path, wishes)
    first = tuple(row.value for row in islice(form.rows(), SEEN) if isinstance(row.value, dict))
    columns = form.columns if isinstance(form, Table | ParquetFile) else _names(first)
    return InputFile(path, form, columns, first)


def _form(path: Path, wishes: Wishes) -> Table | ParquetFile | Form:
    name = path.name.lower()
    plain = name.removesuffix(".gz")
    if plain.endswith(JSONS):
        return json_file(path)
    if name.endswith(".parquet"):
        return ParquetFile(path)
    if plain.endswith(XMLS):
        return xml_file(path)
    if plain.endswith(TABLES):
        return Table.sniffed(path, wishes)
    told = ", ".join(ENDINGS)
    raise InputFileError(f"{path} is of no known kind: its name must end in one of {told}, perhaps with .gz")


def _names(rows: Sequence[Row]) -> tuple[str, ...]:
    """In order of appearance; of objects inside, the names with a dot before them too."""
    return tuple(dict.fromkeys(name for row in rows for name in _inside(row)))


def _inside(row: dict[str, Any], before: str = "") -> Iterator[str]:
    for name, value in row.items():
        yield f"{before}{name}"
        if isinstance(value, dict) and not before.count("."):
            yield from _inside(value, f"{before}{name}.")
