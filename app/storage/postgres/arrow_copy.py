"""COPY and Arrow: rows of PostgreSQL as record batches and back, in bounded memory, without a Python object a value."""

from __future__ import annotations

import io
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, Final

import pyarrow as pa
from pyarrow import csv

if TYPE_CHECKING:
    from psycopg import Connection, Copy
    from psycopg.sql import Composable

_BLOCK: Final = 32 * 1024 * 1024
"""Bytes that are read at a time; no row may be longer."""
_WRITTEN: Final = csv.WriteOptions(include_header=False)


@contextmanager
def copied_out(
    connection: Connection[Any],
    query: Composable,
    schema: pa.Schema,
    given: Sequence[Any] | Mapping[str, Any] | None = None,
) -> Iterator[pa.RecordBatchReader]:
    """What a query finds; the reader lives as long as the context, and the connection is taken meanwhile.

    Args:
        connection: in whose transaction it is read.
        query: whose columns stand in the schema's order.
        schema: of what comes; texts, integers, floats, booleans.
        given: parameters of the query.
    """
    from psycopg import sql  # noqa: PLC0415 - an extra

    told = sql.SQL("COPY ({}) TO STDOUT (FORMAT csv)").format(query)
    with connection.cursor() as cursor, cursor.copy(told, given) as copy:
        yield _reader(_Rows(copy), schema)


def copied_in(connection: Connection[Any], table: str, rows: pa.RecordBatchReader) -> int:
    """Add rows to the columns of a table that bear the names of the rows' columns; how many they were."""
    from psycopg import sql  # noqa: PLC0415 - an extra

    names = sql.SQL(", ").join(map(sql.Identifier, rows.schema.names))
    told = sql.SQL("COPY {} ({}) FROM STDIN (FORMAT csv)").format(sql.Identifier(table), names)
    count = 0
    with connection.cursor() as cursor, cursor.copy(told) as copy:
        for batch in rows:
            copy.write(_as_csv(batch))
            count += batch.num_rows
    return count


def _reader(rows: _Rows, schema: pa.Schema) -> pa.RecordBatchReader:
    if rows.is_empty():
        return pa.RecordBatchReader.from_batches(schema, ())
    return csv.open_csv(
        pa.PythonFile(rows, mode="r"),
        csv.ReadOptions(use_threads=False, block_size=_BLOCK, column_names=schema.names),
        csv.ParseOptions(newlines_in_values=True),
        csv.ConvertOptions(
            column_types=schema,
            null_values=[""],  # COPY quotes texts that are empty, and no null
            true_values=["t"],
            false_values=["f"],
            strings_can_be_null=True,
            quoted_strings_can_be_null=False,
        ),
    )


class _Rows(io.RawIOBase):
    """What COPY sends, a row a message, as one file."""

    def __init__(self, copy: Copy) -> None:
        self._messages = iter(copy)
        self._rest = bytes(next(self._messages, b""))

    def is_empty(self) -> bool:
        return not self._rest

    def readable(self) -> bool:
        return True

    def read(self, size: int = -1) -> bytes:
        parts, length = [self._rest], len(self._rest)
        while size < 0 or length < size:
            message = next(self._messages, None)
            if message is None:
                break
            parts.append(bytes(message))
            length += len(message)
        joined = b"".join(parts)
        end = len(joined) if size < 0 else size
        self._rest = joined[end:]
        return joined[:end]


def _as_csv(batch: pa.RecordBatch) -> bytes:
    written = io.BytesIO()
    csv.write_csv(batch, written, _WRITTEN)
    return written.getvalue()
