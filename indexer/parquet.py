"""Parquet files as rows of plain Python values, a batch at a time, nulls left out."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any, Final

import orjson
import pyarrow as pa

from indexer.documents import Document

BATCH_ROWS: Final = 4_096
"""Rows held as Python values at a time."""
OBJECT_COLUMNS: Final = frozenset({"attributes", "context", "preferences"})
"""Columns that hold objects: as structs, as maps, or as strings of JSON."""
_PANDAS_INDEX: Final = "__index_level_"

Record = dict[str, Any]


class ParquetError(Exception):
    """A file cannot be read; the message is a predicate of the file."""


def rows(
    path: Path, document: type[Document] | None, columns: Sequence[str] | None = None
) -> Iterator[tuple[Record | None, str | None]]:
    """Each row's values, or the reason why they cannot be had; of any columns where there is no `document`.

    Raises:
        ParquetError: the file is damaged, or its columns are not those of `document`.
    """
    import pyarrow.parquet as pq  # noqa: PLC0415 - a service reads none

    try:
        with pq.ParquetFile(path, coerce_int96_timestamp_unit="us") as file:
            names = file.schema_arrow.names
            known = _known_columns(names, document) if document else _own(names)
            for batch in file.iter_batches(BATCH_ROWS, columns=list(columns or known)):
                yield from _rows_of(_readable(batch))
    except (pa.ArrowException, OSError) as error:
        raise ParquetError(f"cannot be read: {error}") from error


def batches(path: Path, columns: Sequence[str]) -> Iterator[Any]:
    """Some columns of a file as they are, in record batches of at most BATCH_ROWS rows.

    Raises:
        ParquetError: the file is damaged.
    """
    import pyarrow.parquet as pq  # noqa: PLC0415 - a service reads none

    try:
        with pq.ParquetFile(path, coerce_int96_timestamp_unit="us") as file:
            for batch in file.iter_batches(BATCH_ROWS, columns=list(columns)):
                yield _readable(batch)
    except (pa.ArrowException, OSError) as error:
        raise ParquetError(f"cannot be read: {error}") from error


def column_of(batch: Any, name: str) -> list[Any] | None:
    """The values of a column, None where there is none; None of a column of which one cannot be read."""
    column = batch.column(name)
    if pa.types.is_string(column.type) or pa.types.is_large_string(column.type):
        texts: list[Any] = column.to_numpy(zero_copy_only=False).tolist()  # several times as fast
        return texts
    try:
        values: list[Any] = column.to_pylist(maps_as_pydicts="strict")
    except (ValueError, OverflowError, KeyError):
        return None
    return values


def row_of(batch: Any, place: int) -> tuple[Record | None, str | None]:
    """One row of a batch, or why it cannot be read."""
    return _row_alone(batch.slice(place, 1))


def names_of(path: Path) -> list[str]:
    """The names of a file's columns.

    Raises:
        ParquetError: the file is damaged.
    """
    import pyarrow.parquet as pq  # noqa: PLC0415 - a service reads none

    try:
        return _own(pq.read_schema(path).names)
    except (pa.ArrowException, OSError) as error:
        raise ParquetError(f"cannot be read: {error}") from error


def _own(names: Sequence[str]) -> list[str]:
    return [name for name in names if not name.startswith(_PANDAS_INDEX)]


def _known_columns(names: Sequence[str], document: type[Document]) -> list[str]:
    given = _own(names)
    told = [*given, "title"] if "text" in given else given  # an item with a text needs no title
    missing = [name for name, field in document.model_fields.items() if field.is_required() and name not in told]
    unknown = [name for name in given if name not in document.model_fields]
    twice = sorted({name for name in given if given.count(name) > 1})
    for fault, columns in (("lacks", missing), ("has the unknown", unknown), ("has more than one", twice)):
        if columns:
            raise ParquetError(f"{fault} column {', '.join(columns)}")
    return given


def _readable(batch: Any) -> Any:
    """Timestamps in microseconds of UTC, the finest and most certain that a Python datetime can hold."""
    for position, field in enumerate(batch.schema):
        if pa.types.is_timestamp(field.type):
            kind = pa.timestamp("us", "UTC" if field.type.tz else None)
            batch = batch.set_column(position, field.name, batch.column(position).cast(kind, safe=False))
    return batch


def _rows_of(batch: Any) -> Iterator[tuple[Record | None, str | None]]:
    try:
        records = batch.to_pylist(maps_as_pydicts="strict")
    except (ValueError, OverflowError, KeyError):
        yield from map(_row_alone, (batch.slice(position, 1) for position in range(batch.num_rows)))
    else:
        for record in records:
            yield _without_nulls(record), None


def _row_alone(batch: Any) -> tuple[Record | None, str | None]:
    """One row of a batch of which at least one cannot be converted."""
    try:
        return _without_nulls(batch.to_pylist(maps_as_pydicts="strict")[0]), None
    except (ValueError, OverflowError, KeyError) as error:
        return None, f"holds a value that cannot be read: {error}"


def _without_nulls(record: Record) -> Record:
    kept = {name: value for name, value in record.items() if value is not None}
    for name in OBJECT_COLUMNS & kept.keys():
        kept[name] = _object(kept[name])
    return kept


def _object(value: object) -> object:
    """A struct without the fields that only other rows have, or the object that a string of JSON stands for."""
    if isinstance(value, str):
        try:
            return orjson.loads(value)
        except orjson.JSONDecodeError:
            return value  # refused by the document: a string is no object
    if isinstance(value, dict):
        return {name: part for name, part in value.items() if part is not None}
    return value
