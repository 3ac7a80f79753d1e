"""The rows of a file: newline-delimited JSON, gzipped or not, or Parquet with the same columns.

A row that cannot be read is a row with a problem; a file that cannot be read is an InputFileError.
"""

from __future__ import annotations

import codecs
import gzip
import zlib
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import starmap
from pathlib import Path
from typing import IO, Any, Final, Protocol

import orjson

from indexer import parquet
from indexer.documents import Document

MAX_ROW_BYTES: Final = 32 * 1024 * 1024
"""Bytes of a line; the rest of a longer one is skipped."""
JSON_ENDINGS: Final = (".ndjson", ".jsonl", ".ndjson.gz", ".jsonl.gz")
PARQUET_ENDINGS: Final = (".parquet",)
_FOREIGN_MARKS: Final = (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE, codecs.BOM_UTF32_BE)
_CUT_OR_DAMAGED: Final = (EOFError, OSError, zlib.error)


class InputFileError(Exception):
    """A file is missing, not of a known kind, or damaged."""


@dataclass(frozen=True, slots=True)
class FileRow:
    """One row as it stands in a file.

    Attributes:
        number: counts from 1; in JSON files, the line.
        value: what was read; None where it could not be.
        problem: a predicate that says why it could not be.
        original: the line itself, or the values that `value` was made of; None where `value` is how it stands there.
        aside: why it is rightly no row of the kind that is read, if it is none.
    """

    number: int
    value: object
    problem: str | None = None
    original: bytes | Mapping[str, Any] | None = None
    aside: str | None = None


class Rows(Protocol):
    """A file that can be read more than once."""

    def __call__(self, columns: tuple[str, ...] | None = None) -> Iterator[FileRow]:
        """Its rows in order, one at a time; of `columns` only, where that spares something.

        Raises:
            InputFileError: the damaged place is reached.
        """
        ...


def read_rows(path: Path, document: type[Document], columns: tuple[str, ...] | None = None) -> Iterator[FileRow]:
    """The rows of `path` in order, one at a time; blank lines are no rows.

    Args:
        path: ends in one of JSON_ENDINGS or PARQUET_ENDINGS, in any case.
        document: what a row describes; a Parquet file must have its required columns and no unknown ones.
        columns: the only ones wanted, to spare reading the others from Parquet.

    Raises:
        InputFileError: at once, or when the damaged place is reached.
    """
    name = path.name.lower()
    if not name.endswith((*JSON_ENDINGS, *PARQUET_ENDINGS)):
        endings = ", ".join((*JSON_ENDINGS, *PARQUET_ENDINGS))
        raise InputFileError(f"{path} is of no known kind: its name must end in one of {endings}")
    if not path.is_file():
        raise InputFileError(f"{path} is not a file" if path.exists() else f"{path} does not exist")
    return json_rows(path) if name.endswith(JSON_ENDINGS) else _parquet_rows(path, document, columns)


def _parquet_rows(path: Path, document: type[Document], columns: tuple[str, ...] | None) -> Iterator[FileRow]:
    try:
        for number, (value, problem) in enumerate(parquet.rows(path, document, columns), start=1):
            yield FileRow(number, value, problem)
    except parquet.ParquetError as error:
        raise InputFileError(f"{path} {error}") from error


def json_rows(path: Path) -> Iterator[FileRow]:
    """The lines of a file that hold something, as JSON.

    Raises:
        InputFileError: it is damaged, or no text.
    """
    return starmap(json_row, json_lines(path))


def json_lines(path: Path) -> Iterator[tuple[int, bytes]]:
    """The same as number and bytes of each; of a line that is too long, one byte more than is allowed.

    Raises:
        InputFileError: it is damaged, or no text.
    """
    first = True
    for number, line in enumerate(_lines(path), start=1):
        if not line.strip():
            continue
        if first:
            _check_encoding(path, line)
        yield number, line
        first = False


def _lines(path: Path) -> Iterator[bytes]:
    lines = 0
    with _told_as(path) as where, _opened(path) as file:
        while line := file.readline(MAX_ROW_BYTES + 1):
            if len(line) > MAX_ROW_BYTES:
                _skip_rest(file, line)
            lines += 1
            where.append(lines)
            yield line.removeprefix(codecs.BOM_UTF8) if lines == 1 else line


def _opened(path: Path) -> IO[bytes]:
    return gzip.open(path) if path.suffix.lower() == ".gz" else path.open("rb")  # type: ignore[return-value]


def _skip_rest(file: IO[bytes], part: bytes) -> None:
    while part and not part.endswith(b"\n"):
        part = file.readline(MAX_ROW_BYTES)


@contextmanager
def _told_as(path: Path) -> Iterator[list[int]]:
    lines: list[int] = []
    try:
        yield lines
    except _CUT_OR_DAMAGED as error:
        place = f"after line {lines[-1]}" if lines else "from its start"
        raise InputFileError(f"{path} cannot be read {place}: {error}") from error


def _check_encoding(path: Path, line: bytes) -> None:
    if line.startswith(_FOREIGN_MARKS) or not _is_utf8(line):
        raise InputFileError(f"{path} is not UTF-8 text, or compressed without saying so in its name")


def _is_utf8(line: bytes) -> bool:
    try:
        line.decode()
    except UnicodeDecodeError:
        return False
    return True


def json_row(number: int, line: bytes) -> FileRow:
    """What one line of `json_lines` holds."""
    if len(line) > MAX_ROW_BYTES:
        return FileRow(number, None, f"is longer than {MAX_ROW_BYTES} bytes", line)
    try:
        return FileRow(number, orjson.loads(line), None, line)
    except orjson.JSONDecodeError as error:
        problem = f"is not valid JSON: {error}" if _is_utf8(line) else "is not UTF-8 text"
        return FileRow(number, None, problem, line)


def field_of(row: FileRow, name: str) -> Any:
    """One field of a row as it was given, or None."""
    return row.value.get(name) if isinstance(row.value, dict) else None
