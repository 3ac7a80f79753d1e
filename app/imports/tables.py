"""CSV, TSV and their like: how a table is written is found out by DuckDB's sniffer, and rows are read one at a time."""

from __future__ import annotations

import csv
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import count, islice
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, Final, TypeAlias

import duckdb

from app.imports.kinds import Row
from app.imports.parts import PART_ROWS, Part
from app.imports.text_files import beginning_of, encoding_of, open_text
from app.imports.wishes import Wishes
from indexer.readers import MAX_ROW_BYTES, FileRow, InputFileError

Line: TypeAlias = tuple[int, list[str]]
"""The number of a row, and its cells."""
_NAMED: Final = re.compile(r"\s*sep=(.)\s*", re.IGNORECASE)
_TYPED: Final = frozenset({"BIGINT", "HUGEINT", "DOUBLE", "INTEGER", "FLOAT", "BOOLEAN"})
_SNIFF: Final = """
SELECT Delimiter, Quote, HasHeader, [each.type FOR each IN Columns] AS types
FROM sniff_csv(?, strict_mode = false, ignore_errors = true, null_padding = true)
"""


@dataclass(frozen=True, slots=True)
class Table:
    """A text file of rows and columns.

    Attributes:
        path: the file.
        encoding: by which it is decoded.
        delimiter: between cells.
        quote: around cells.
        backslash: whether a quote within a cell is told by a backslash, and not by being there twice.
        header: row of the names, from 0; None where it has none, and columns are called by their place.
        columns: their names; those that have none, or one that occurs more than once, are called by their place, #3.
        repeated: names that occur more than once, with their places.
        types: what the sniffer takes the cells of each for.
        decimal: sign before decimals, where that is known.
    """

    path: Path
    encoding: str
    delimiter: str
    quote: str
    backslash: bool
    header: int | None
    columns: tuple[str, ...]
    repeated: Mapping[str, tuple[str, ...]]
    types: Mapping[str, str]
    decimal: str | None

    @classmethod
    def sniffed(cls, path: Path, wishes: Wishes) -> Table:
        """What a file is found to be.

        Raises:
            InputFileError: it is empty, or no table.
        """
        encoding = encoding_of(path, wishes.encoding)
        text = beginning_of(path, encoding)
        if not text.strip():
            raise InputFileError(f"{path} is empty")
        delimiter, quote, has_header, types = _sniffed(path, text)
        named = _NAMED.fullmatch(text.split("\n", 1)[0])
        delimiter = wishes.delimiter or (named[1] if named else None) or _by_name(path) or delimiter
        form = {"delimiter": delimiter, "quotechar": quote, **_escape(backslash := f"\\{quote}" in text)}
        first, names = _header(csv.reader(text.splitlines(keepends=True), **form))
        header = first if has_header else None
        columns = _distinct(names) if has_header else tuple(f"#{place}" for place in range(1, len(names) + 1))
        found = dict(zip(columns, types, strict=False)) if len(types) == len(columns) else {}
        decimal = wishes.decimal or ("," if delimiter == ";" else None)
        repeated = _repeated(names) if has_header else {}
        return cls(path, encoding, delimiter, quote, backslash, header, columns, repeated, found, decimal)

    def __str__(self) -> str:
        names = {",": "commas", ";": "semicolons", "\t": "tabs", "|": "bars", " ": "blanks"}
        header = "" if self.header is not None else ", without a header"
        encoding = "UTF-8" if self.encoding == "utf-8-sig" else self.encoding
        return f"a table with {names.get(self.delimiter, repr(self.delimiter))} between cells, {encoding}{header}"

    def typed(self, column: str) -> bool:
        """Whether the cells of a column are numbers, or true and false."""
        return self.types.get(column) in _TYPED

    def rows(self) -> Iterator[FileRow]:
        """The rows, by name of column, without empty cells; a row's number is its last line's.

        Raises:
            InputFileError: the damaged place is reached.
        """
        return (self.row(*line) for line in self._lines())

    def parts(self, names: Sequence[str], _spare: frozenset[str] = frozenset()) -> Iterator[Part]:
        """The same by column; a row with more cells than the header has names is odd.

        Raises:
            InputFileError: the damaged place is reached.
        """
        lines, width = self._lines(), len(self.columns)
        places = {name: self.columns.index(name) for name in names}
        while batch := list(islice(lines, PART_ROWS)):
            cells = [row if len(row) == width else [*row, *[""] * (width - len(row))] for _, row in batch]
            columns = [*zip(*cells, strict=False)]
            odd = frozenset(place for place, (_, row) in enumerate(batch) if len(row) > width)
            numbers, rows = zip(*batch, strict=True)
            yield Part(numbers, rows, {name: columns[place] for name, place in places.items()}, odd)

    def row(self, number: int, cells: Sequence[str]) -> FileRow:
        """A row by name of column."""
        row: Row = {name: text for name, cell in zip(self.columns, cells, strict=False) if (text := cell.strip())}
        if len(cells) <= len(self.columns) or not any(cells[len(self.columns) :]):
            return FileRow(number, row)
        return FileRow(number, list(cells), f"has {len(cells)} cells, and the header has {len(self.columns)} names")

    def _lines(self) -> Iterator[Line]:
        csv.field_size_limit(MAX_ROW_BYTES)
        form = {"delimiter": self.delimiter, "quotechar": self.quote, **_escape(self.backslash)}
        with open_text(self.path, self.encoding) as file:
            lines = csv.reader(file, **form)
            try:
                for _ in range(0 if self.header is None else self.header + 1):
                    next(lines, None)
                for cells in lines:
                    if cells:
                        yield lines.line_num, cells
            except csv.Error as error:
                raise InputFileError(f"{self.path} cannot be read after line {lines.line_num}: {error}") from error


def _sniffed(path: Path, text: str) -> tuple[str, str, bool, list[str]]:
    """In a copy of the beginning: a path with an asterisk would be several files, and the copy is in UTF-8."""
    with TemporaryDirectory(prefix="penchant-") as folder, duckdb.connect(config={"threads": 1}) as engine:
        beginning = Path(folder) / "beginning.csv"
        beginning.write_text(text, encoding="utf-8", newline="")
        try:
            found = engine.execute(_SNIFF, [str(beginning)]).fetchone()
        except duckdb.Error as error:
            told = str(error).splitlines()[0]
            raise InputFileError(f"{path} is no table that can be told: {told}; say --delimiter") from error
    delimiter, quote, header, types = found or (",", '"', True, [])
    return str(delimiter), str(quote) if len(str(quote)) == 1 else '"', bool(header), list(types)


def _by_name(path: Path) -> str | None:
    return "\t" if path.name.lower().removesuffix(".gz").endswith((".tsv", ".tab")) else None


def _escape(backslash: bool) -> dict[str, Any]:
    return {"escapechar": "\\", "doublequote": False} if backslash else {}


def _header(lines: Iterator[list[str]]) -> tuple[int, list[str]]:
    """The first row with several filled cells, so that a title above the table is none; else the first that has any."""
    filled: tuple[int, list[str]] | None = None
    for number, cells in zip(range(20), lines, strict=False):
        told = [cell.strip() for cell in cells]
        if filled is None and any(told) and not _NAMED.fullmatch(",".join(cells)):
            filled = number, told
        if sum(map(bool, told)) > 1 and not told[0].lower().startswith("sep="):
            return number, told
    return filled or (0, [])


def _distinct(names: Sequence[str]) -> tuple[str, ...]:
    """What occurs more than once, or is empty, is called by its place, so that nobody takes one for the other."""
    return tuple(
        name if name and names.count(name) == 1 else f"#{place}" for place, name in zip(count(1), names, strict=False)
    )


def _repeated(names: Sequence[str]) -> dict[str, tuple[str, ...]]:
    found: dict[str, tuple[str, ...]] = {}
    for place, name in enumerate(names, start=1):
        found[name] = (*found.get(name, ()), f"#{place}")
    return {name: places for name, places in found.items() if name and len(places) > 1}
