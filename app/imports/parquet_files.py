"""Parquet files with any columns."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from app.imports.parts import Part
from indexer import parquet
from indexer.readers import FileRow, InputFileError


@dataclass(frozen=True, slots=True)
class ParquetFile:
    """A Parquet file."""

    path: Path

    def __str__(self) -> str:
        return "Parquet"

    @property
    def columns(self) -> tuple[str, ...]:
        """The names of its columns.

        Raises:
            InputFileError: it is damaged.
        """
        try:
            return tuple(parquet.names_of(self.path))
        except parquet.ParquetError as error:
            raise InputFileError(f"{self.path} {error}") from error

    def parts(self, names: Sequence[str], spare: frozenset[str]) -> Iterator[Part]:
        """The rows by column; `spare` ones are read too, for what is told of rows that are not taken.

        Raises:
            InputFileError: the damaged place is reached.
        """
        wanted, first = [name for name in self.columns if name in {*names, *spare}], 1
        try:
            for batch in parquet.batches(self.path, wanted):
                size = batch.num_rows
                columns = {name: parquet.column_of(batch, name) for name in names}
                odd = frozenset(range(size)) if None in columns.values() else frozenset[int]()
                read = {name: column if column is not None else [None] * size for name, column in columns.items()}
                yield Part(range(first, first + size), [(batch, place) for place in range(size)], read, odd)
                first += size
        except parquet.ParquetError as error:
            raise InputFileError(f"{self.path} {error}") from error

    def row(self, number: int, row: tuple[Any, int]) -> FileRow:
        """A row as it stands in the file."""
        return FileRow(number, *parquet.row_of(*row))

    def rows(self) -> Iterator[FileRow]:
        """The rows; a row's number is its place.

        Raises:
            InputFileError: the damaged place is reached.
        """
        try:
            for number, (value, problem) in enumerate(parquet.rows(self.path, None), start=1):
                yield FileRow(number, value, problem)
        except parquet.ParquetError as error:
            raise InputFileError(f"{self.path} {error}") from error
