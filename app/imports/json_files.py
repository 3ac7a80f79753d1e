"""JSON files: one object a line, one array of objects, or one object that holds such an array.

An array is read by DuckDB, an object at a time, so that memory does not grow with it.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import Any, Final

import duckdb
import orjson

from app.imports.parts import PART_ROWS, Part
from app.imports.text_files import beginning_of, encoding_of, open_text, reading
from indexer.readers import MAX_ROW_BYTES, FileRow, InputFileError, json_lines, json_row, json_rows

MAX_OBJECT_BYTES: Final = 256 * 1024 * 1024
"""Bytes of a file that is one object, which is read at once."""
_ROWS: Final = 1_000
_OBJECTS: Final = "SELECT json::VARCHAR FROM read_json_objects(?, format = 'array', maximum_object_size = ?)"


@dataclass(frozen=True, slots=True)
class Lines:
    """A file of one object a line."""

    path: Path

    def __str__(self) -> str:
        return "JSON, one object a line"

    def rows(self) -> Iterator[FileRow]:
        """The rows; a row's number is its line's."""
        return json_rows(self.path)

    def parts(self, names: Sequence[str], spare: frozenset[str]) -> Iterator[Part]:
        """The same by column.

        Raises:
            InputFileError: the damaged place is reached.
        """
        lines, known = json_lines(self.path), frozenset(names) | spare
        while batch := list(islice(lines, PART_ROWS)):
            numbers, rows = zip(*batch, strict=True)
            values = [*map(_loaded, rows)]
            odd = frozenset(place for place, value in enumerate(values) if not value.keys() <= known or not value)
            yield Part(numbers, rows, {name: [value.get(name) for value in values] for name in names}, odd)

    def row(self, number: int, row: bytes) -> FileRow:
        """A line as it stands in the file."""
        return json_row(number, row)


def _loaded(line: bytes) -> dict[str, Any]:
    """The object of a line; an empty one where it has none, which somebody else has to put into words."""
    try:
        value = orjson.loads(line)
    except orjson.JSONDecodeError:
        return {}
    return value if isinstance(value, dict) else {}


@dataclass(frozen=True, slots=True)
class Array:
    """A file that is one array."""

    path: Path

    def __str__(self) -> str:
        return "a JSON array"

    def rows(self) -> Iterator[FileRow]:
        """The rows; a row's number is its place.

        Raises:
            InputFileError: the damaged place is reached.
        """
        with duckdb.connect(config={"threads": 1}) as engine:
            try:
                found = engine.execute(_OBJECTS, [_literal(self.path), MAX_ROW_BYTES])
                number = 0
                while batch := found.fetchmany(_ROWS):
                    for (text,) in batch:
                        number += 1
                        yield FileRow(number, orjson.loads(text), None, text.encode())
            except (duckdb.Error, orjson.JSONDecodeError) as error:
                told = str(error).splitlines()[0]
                raise InputFileError(f"{self.path} cannot be read as a JSON array: {told}") from error


@dataclass(frozen=True, slots=True)
class Whole:
    """A file that is one object, whose longest list of objects are the rows.

    Attributes:
        path: the file.
        value: the object.
        name: of the list; empty where the object itself is the only row.
    """

    path: Path
    value: dict[str, Any]
    name: str

    def __str__(self) -> str:
        return f"a JSON object with a list {self.name!r}" if self.name else "a JSON object"

    def rows(self) -> Iterator[FileRow]:
        """The rows; a row's number is its place."""
        listed = self.value[self.name] if self.name else [self.value]
        for number, each in enumerate(listed, start=1):
            yield FileRow(number, each)


JsonFile = Lines | Array | Whole


def json_file(path: Path) -> JsonFile:
    """What a file that is called .json, .ndjson or .jsonl is found to be.

    Raises:
        InputFileError: it is empty or damaged.
    """
    encoding = encoding_of(path, None)
    text = beginning_of(path, encoding).lstrip()
    if not text:
        raise InputFileError(f"{path} is empty")
    if text.startswith("["):
        return Array(path)
    in_lines = not path.name.lower().removesuffix(".gz").endswith(".json")
    return Lines(path) if in_lines or not text.startswith("{") or _two_objects(text) else _whole(path, encoding)


def _two_objects(text: str) -> bool:
    """Whether a text begins with two lines that are an object each."""
    lines = [line for line in text.split("\n", 3)[:3] if line.strip()]
    return len(lines) > 1 and all(map(_is_object, lines[:2]))


def _is_object(line: str) -> bool:
    try:
        return isinstance(orjson.loads(line), dict)
    except orjson.JSONDecodeError:
        return False


def _whole(path: Path, encoding: str) -> JsonFile:
    with open_text(path, encoding) as file:
        text = file.read(MAX_OBJECT_BYTES)
    try:
        value = orjson.loads(text)
    except orjson.JSONDecodeError:
        return Lines(path)
    lists = _lists(value)
    return Whole(path, value, max(lists, key=lambda name: len(lists[name]), default=""))


def _lists(value: dict[str, Any]) -> dict[str, list[Any]]:
    """The lists of objects that stand in an object."""
    return {
        name: each
        for name, each in value.items()
        if isinstance(each, list) and each and all(isinstance(one, dict) for one in each)
    }


def _literal(path: Path) -> str:
    """A path that DuckDB takes for one file, whatever signs are in its name."""
    with reading(path):
        return "".join(f"[{sign}]" if sign in "*?[" else sign for sign in str(path.resolve()))
