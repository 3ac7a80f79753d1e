"""From the log's Arrow table to the columns that the model computes with."""

from __future__ import annotations

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from app.storage.rows import LoggedColumns, SeenColumns


def logged_columns(table: pa.Table) -> LoggedColumns:
    """Encode the ids as codes and the times as seconds, in order of the sequence.

    Args:
        table: sequence int64, user_id string, item_id string, type int8, value float64 or null, occurred_us int64.
    """
    table = _in_order(table)
    user_codes, users = _encoded(table["user_id"])
    item_codes, items = _encoded(table["item_id"])
    return LoggedColumns(
        sequence=table["sequence"].to_numpy(),
        user_codes=user_codes,
        users=users,
        item_codes=item_codes,
        items=items,
        codes=table["type"].to_numpy(),
        values=_float32(table["value"].to_numpy()),
        times=table["occurred_us"].to_numpy() / 1e6,
    )


def seen_columns(table: pa.Table) -> SeenColumns:
    """Encode the ids of a table of user_id and item_id as codes."""
    user_codes, users = _encoded(table["user_id"])
    item_codes, items = _encoded(table["item_id"])
    return SeenColumns(user_codes, users, item_codes, items)


def _in_order(table: pa.Table) -> pa.Table:
    """A scan finds the rows as they were appended, in order already, and a look costs a tenth of what sorting does."""
    sequence = table["sequence"].to_numpy()
    return table if np.all(sequence[1:] > sequence[:-1]) else table.take(np.argsort(sequence))


def _encoded(column: pa.ChunkedArray) -> tuple[NDArray[np.int32], list[str]]:
    encoded = column.dictionary_encode().combine_chunks()
    return encoded.indices.to_numpy(), encoded.dictionary.to_pylist()


def _float32(values: NDArray[np.float64]) -> NDArray[np.float32]:
    """Infinite where the value is beyond float32."""
    with np.errstate(over="ignore"):
        return values.astype(np.float32)
