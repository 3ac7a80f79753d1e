"""Parquet files with any columns."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

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
