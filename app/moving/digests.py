"""Digests: whether two tables hold the same rows, as a whole and of each person, wherever the rows stand."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import pyarrow as pa
from duckdb import DuckDBPyConnection

from app.moving.source import Source
from app.moving.tables import MovedTable
from app.moving.target import Target

_DIFFERING: Final = """
SELECT coalesce(mine.person, theirs.person), coalesce(mine.rows, 0), coalesce(theirs.rows, 0)
FROM mine FULL JOIN theirs ON mine.person IS NOT DISTINCT FROM theirs.person
WHERE mine.rows IS DISTINCT FROM theirs.rows OR mine.digest IS DISTINCT FROM theirs.digest
ORDER BY 1
"""
_TOTALS: Final = "SELECT count(*), coalesce(sum(rows), 0) FROM mine"


@dataclass(frozen=True, slots=True)
class Compared:
    """What came of comparing one table.

    Attributes:
        table: its name.
        rows: of the source.
        people: whom they are about; 0 where they are about nobody.
        differing: who has other rows, or other many, here and there; None stands for a table about nobody.
    """

    table: str
    rows: int
    people: int
    differing: tuple[tuple[str | None, int, int], ...]


def compared(source: Source, target: Target, table: MovedTable) -> Compared:
    """Compare a table by the sum of its rows' 64-bit hashes, of each person where it is about people."""
    mine = ", ".join(f'{each.read} AS "{each.name}"' for each in table.columns)
    _digest(source.connection, "mine", table, f'(SELECT {mine} FROM "{table.name}" WHERE {table.where})')  # noqa: S608 - names
    schema = pa.schema([(each.name, each.kind) for each in table.columns])
    with target.rows(table.name, [each.back for each in table.columns], schema) as rows:
        source.connection.register("moved", rows)
        _digest(source.connection, "theirs", table, "moved")
        source.connection.unregister("moved")
    ((people, count),) = source.connection.execute(_TOTALS).fetchall()
    differing = source.connection.execute(_DIFFERING).fetchall()
    return Compared(table.name, int(count), int(people) if table.of_people else 0, tuple(differing))


def _digest(connection: DuckDBPyConnection, name: str, table: MovedTable, rows: str) -> None:
    """Make the table of persons, how many rows each has, and their digest."""
    person = "user_id" if table.of_people else "NULL::VARCHAR"
    columns = ", ".join(f'"{each.name}"' for each in table.columns)
    connection.execute(
        f"CREATE OR REPLACE TEMP TABLE {name} AS "  # noqa: S608 - names
        f"SELECT {person} AS person, count(*) AS rows, sum(hash({columns})) AS digest FROM {rows} GROUP BY ALL"
    )
