"""Which tables of a folder's database go where, and what of them does not."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from app.moving.columns import Passage, passage
from app.moving.errors import MoveError

STAYING: Final = {
    "schema_migrations": "each database has its own",
    "rewriting_due": "it says that this file may hold bytes of deleted rows",
    "event_numbers": "PostgreSQL's sequence takes its place",
    "events.event_digest": "PostgreSQL's index takes its place",
}
"""Tables and columns that are not moved, and why."""
_GIVEN: Final[Mapping[str, Mapping[str, str]]] = {
    "events": {
        "revision": "sequence",  # grows with each of a person's events, and that is all that is asked of it
        "merged_from": "CASE WHEN sequence IN (FROM second_events) THEN sequence::VARCHAR ELSE '' END",
    },
    "users": {"off_keeps_seen": "coalesce(off_keeps_seen, true)"},
    "erased_ids": {"unfinished": "coalesce(unfinished, false)"},
}
"""SQL of DuckDB for columns that only PostgreSQL has, or that have no nulls there."""
_TYPES: Final = {"revision": "BIGINT", "merged_from": "VARCHAR"}
_WITHOUT_OTHERS: Final = {
    "ignored_events": "rowid IN (SELECT min(rowid) FROM ignored_events GROUP BY user_id, event_digest)",
}
"""Which rows stand for equal ones, in tables that hold one once in PostgreSQL."""


@dataclass(frozen=True, slots=True)
class MovedTable:
    """One table and the ways of its columns.

    Attributes:
        name: on both sides.
        columns: all of them.
        where: SQL of DuckDB, which rows are moved.
    """

    name: str
    columns: tuple[Passage, ...]
    where: str = "true"

    @property
    def of_people(self) -> bool:
        """Whether each row names whom it is about."""
        return any(each.name == "user_id" for each in self.columns)


def moved_tables(source: Mapping[str, Mapping[str, str]], target: Mapping[str, Mapping[str, str]]) -> list[MovedTable]:
    """Every table of the source that is moved.

    Args:
        source: by table, its columns and their types in DuckDB.
        target: likewise in PostgreSQL.

    Raises:
        MoveError: a table or a column of the source has no place in the target, lest it be left behind unseen.
    """
    return [_moved(name, columns, target.get(name)) for name, columns in source.items() if name not in STAYING]


def _moved(name: str, source: Mapping[str, str], target: Mapping[str, str] | None) -> MovedTable:
    if target is None:
        raise MoveError(f"table {name} has no place in the database")
    given = {**{each: f'"{each}"' for each in source}, **_GIVEN.get(name, {})}
    given = {each: sql for each, sql in given.items() if f"{name}.{each}" not in STAYING}
    if lost := [each for each in given if each not in target]:
        raise MoveError(f"{', '.join(lost)} of table {name} have no place in the database")
    types = {**_TYPES, **source}
    ways = (passage(f"{name}.{each}", sql, types[each], target[each]) for each, sql in given.items())
    return MovedTable(name, tuple(ways), _WITHOUT_OTHERS.get(name, "true"))
