"""Rows of the events' table, as events and as columns, and back."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any, Final

import numpy as np
import orjson
import pyarrow as pa
from psycopg import Connection, sql

from app.storage.event_types import TypeCodes
from app.storage.logged_columns import logged_columns, seen_columns
from app.storage.postgres.arrow_copy import copied_out
from app.storage.rows import LoggedColumns, NewEvent, SeenColumns
from app.storage.timestamps import micros
from models.ids import digests_of

_COLUMNS: Final = pa.schema(
    {
        "sequence": pa.int64(),
        "user_id": pa.string(),
        "item_id": pa.string(),
        "type": pa.int8(),
        "value": pa.float64(),
        "occurred_us": pa.int64(),
    }
)
_PAIRS: Final = pa.schema({"user_id": pa.string(), "item_id": pa.string()})


def read_columns(connection: Connection[Any], query: bytes, given: dict[str, Any]) -> LoggedColumns:
    """The events that a query finds, whose columns are sequence, user, item, type, value and moment."""
    with copied_out(connection, sql.SQL(query.decode()), _COLUMNS, given) as reader:
        return logged_columns(reader.read_all())


def read_pairs(connection: Connection[Any], query: bytes, given: dict[str, Any]) -> SeenColumns:
    """The pairs of person and item that a query finds."""
    with copied_out(connection, sql.SQL(query.decode()), _PAIRS, given) as reader:
        return seen_columns(reader.read_all())


def event_rows(rows: Sequence[NewEvent], types: TypeCodes) -> str:
    """New events as JSON, under the names of their columns: one parameter costs less than an array a column."""
    codes = types.codes(row.type for row in rows)
    return orjson.dumps([_row(row, code) for row, code in zip(rows, codes, strict=True)]).decode()


def _row(row: NewEvent, code: int) -> dict[str, Any]:
    return {
        "event_id": row.event_id,
        "item_id": row.item_id,
        "type": code,
        "value": row.value,
        "occurred_at": micros(row.occurred_at),
        "received_at": micros(row.received_at),
        "recommendation_id": row.recommendation_id,
        "position": row.position,
        "context": row.context.decode() if row.context else None,
        "awaiting_item": row.awaiting_item or None,
    }


def signed_digests(event_ids: Sequence[str]) -> list[int]:
    """The digest of each id as PostgreSQL holds 64 bits: with a sign."""
    digests: list[int] = digests_of(event_ids).view(np.int64).tolist()
    return digests


@contextmanager
def durable_at_the_end(connection: Connection[Any]) -> Iterator[None]:
    """Several transactions that wait for the disk once, and not each.

    The log is written in one order: once the last transaction is on the disk, and on the standbys that are waited for,
    so are those before it. Nothing may be acknowledged inside.
    """
    connection.execute("SET synchronous_commit = off")
    try:
        yield
    finally:
        connection.execute("RESET synchronous_commit")
    connection.execute("SELECT pg_logical_emit_message(true, 'penchant', '')")
