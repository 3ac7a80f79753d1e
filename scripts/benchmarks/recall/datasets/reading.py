"""Files, gzipped or not, into lines and columns."""

from __future__ import annotations

import gzip
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import IO

import pyarrow as pa
import pyarrow.csv

Aliases = Mapping[str, tuple[str, ...]]


class DatasetError(ValueError):
    """The files are not what was looked for; the message says what was."""


def find(folder: Path, *names: str) -> Path | None:
    """The first of the files that stands in the folder, gzipped or not."""
    places = (folder / f"{name}{ending}" for name in names for ending in ("", ".gz"))
    return next((place for place in places if place.is_file()), None)


def find_rows(folder: Path, stem: str) -> Path | None:
    """The newline-delimited JSON or Parquet file of that name, if there is one."""
    parquet = folder / f"{stem}.parquet"
    return find(folder, f"{stem}.ndjson", f"{stem}.jsonl") or (parquet if parquet.is_file() else None)


def demand(folder: Path, *names: str) -> Path:
    """As `find`, where it has to be there.

    Raises:
        DatasetError: it is not.
    """
    if (found := find(folder, *names)) is None:
        raise DatasetError(f"{folder} has no {' or '.join(names)}, gzipped or not")
    return found


def lines(path: Path, encoding: str = "utf-8") -> Iterator[str]:
    """The lines that are not empty, without their ends."""
    with _open(path) as file:
        for line in file:
            if text := line.decode(encoding).rstrip("\r\n"):
                yield text


def read_csv(path: Path, wanted: Aliases, numbers: Aliases, delimiter: str = ",") -> dict[str, pa.Array]:
    """Columns of a file with a header.

    Args:
        path: the file.
        wanted: by our name, the names a column of text may have; one has to be there.
        numbers: the same for columns of numbers; any may be missing.
        delimiter: with tabs, quotes have no meaning.

    Raises:
        DatasetError: a column of text is missing, or a number cannot be read.
    """
    header = next(lines(path), "").lstrip("\ufeff").split(delimiter)
    names = {ours: _name_of(theirs, header) for ours, theirs in {**wanted, **numbers}.items()}
    for ours, theirs in wanted.items():
        if names[ours] is None:
            raise DatasetError(f"{path} has no column {' or '.join(theirs)}; its columns are {', '.join(header)}")
    present = {ours: name for ours, name in names.items() if name is not None}
    types = {name: pa.string() if ours in wanted else pa.float64() for ours, name in present.items()}
    table = _parse(path, types, delimiter)
    return {ours: table.column(name).combine_chunks() for ours, name in present.items()}


def _open(path: Path) -> IO[bytes]:
    return gzip.open(path, "rb") if path.suffix == ".gz" else path.open("rb")  # type: ignore[return-value]


def _name_of(theirs: tuple[str, ...], header: list[str]) -> str | None:
    return next((name for name in theirs if name in header), None)


def _parse(path: Path, types: dict[str, pa.DataType], delimiter: str) -> pa.Table:
    quote = False if delimiter == "\t" else '"'
    try:
        return pa.csv.read_csv(
            pa.input_stream(str(path), compression="detect"),
            parse_options=pa.csv.ParseOptions(delimiter=delimiter, quote_char=quote, newlines_in_values=bool(quote)),
            convert_options=pa.csv.ConvertOptions(column_types=types, include_columns=list(types)),
        )
    except pa.ArrowInvalid as error:
        raise DatasetError(f"{path}: {error}") from error
