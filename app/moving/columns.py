"""How a value goes from a column of DuckDB into one of PostgreSQL, and how both are read to be compared."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from typing import Final

import pyarrow as pa

from app.moving.errors import MoveError

_TEXT: Final = "CAST({0} AS VARCHAR)"
_WHOLE: Final = "CAST({0} AS BIGINT)"
_SIGNED: Final = (
    "CAST(CASE WHEN {0} < 9223372036854775808 THEN {0} ELSE {0}::HUGEINT - 18446744073709551616 END AS BIGINT)"
)
"""A number without a sign, bit by bit as one that has it."""
_MICROS: Final = "epoch_us({0})"
_BACK_MICROS: Final = "(extract(epoch FROM {0}) * 1000000)::bigint"
_TEXTS: Final = frozenset({"text", "character varying", "json"})
_WHOLES: Final = frozenset({"smallint", "integer", "bigint"})


_Way = tuple[Collection[str], Collection[str], str, str, str, pa.DataType]
_WAYS: Final[tuple[_Way, ...]] = (
    ({"VARCHAR", "JSON"}, _TEXTS, _TEXT, _TEXT, "{0}::text", pa.string()),
    ({"TINYINT", "SMALLINT", "INTEGER", "BIGINT"}, _WHOLES, _WHOLE, _WHOLE, "{0}", pa.int64()),
    ({"UBIGINT"}, {"bigint"}, _SIGNED, _SIGNED, "{0}", pa.int64()),
    ({"UBIGINT"}, {"numeric"}, _TEXT, _TEXT, "{0}::text", pa.string()),
    ({"DOUBLE"}, {"double precision"}, "{0}", "{0}", "{0}", pa.float64()),
    ({"BOOLEAN"}, {"boolean"}, "{0}", "{0}", "{0}", pa.bool_()),
    ({"DATE"}, {"date"}, _TEXT, _TEXT, "to_char({0}, 'YYYY-MM-DD')", pa.string()),
    ({"TIMESTAMP"}, {"timestamp with time zone"}, f"{_TEXT} || '+00'", _MICROS, _BACK_MICROS, pa.int64()),
    ({"TIMESTAMP"}, {"timestamp without time zone"}, _TEXT, _MICROS, _BACK_MICROS, pa.int64()),
    ({"TIMESTAMP"}, {"bigint"}, _MICROS, _MICROS, "{0}", pa.int64()),
)
"""Types of either side; SQL to give, to read and to read back; what is compared."""


@dataclass(frozen=True, slots=True)
class Passage:
    """One column's way.

    Attributes:
        name: of the column, on both sides.
        given: SQL of DuckDB, whose value COPY takes.
        read: SQL of DuckDB for comparing.
        back: SQL of PostgreSQL for comparing, which has to give the same.
        kind: of what is compared.
    """

    name: str
    given: str
    read: str
    back: str
    kind: pa.DataType


def passage(name: str, value: str, source: str, target: str) -> Passage:
    """The way of a column from a type of DuckDB to a type of PostgreSQL.

    Args:
        name: of table and column.
        value: SQL of DuckDB that stands for it.
        source: its type in DuckDB.
        target: its type in PostgreSQL, as `information_schema` names it.

    Raises:
        MoveError: there is no such way.
    """
    kind, column = source.partition("(")[0], name.partition(".")[2]
    for sources, targets, given, read, back, arrow in _WAYS:
        if kind in sources and target in targets:
            return Passage(column, given.format(value), read.format(value), back.format(f'"{column}"'), arrow)
    raise MoveError(f"{name} cannot be moved: there is no way from {source} to {target}")
