"""What stands in a PostgreSQL database as text, whatever table and column it is in."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any, Final
from uuid import uuid4

import psycopg
from psycopg import Connection, sql

from app.storage.postgres.database import parsed, place_of
from app.storage.postgres.problems import refusal_to_open

_COLUMNS: Final = """
SELECT table_name, array_agg(column_name::text ORDER BY ordinal_position) FROM information_schema.columns
WHERE table_schema = current_schema() GROUP BY table_name ORDER BY table_name
"""
_WITH: Final = """
SELECT {columns} FROM {table}
WHERE EXISTS (SELECT FROM unnest(%s::text[]) AS wanted WHERE strpos(concat_ws(chr(10), {columns}), wanted) > 0)
"""
_PLANT: Final = "INSERT INTO users (user_id, profile, created_at, updated_at) VALUES (%s, %s::json, 0, 0)"
_REMOVE: Final = "DELETE FROM users WHERE user_id = %s"


@contextmanager
def searched(url: str) -> Iterator[PostgresTexts]:
    """A search through every table of a database.

    Raises:
        StorageError: it cannot be reached, or read.
    """
    given = parsed(url)
    place = place_of(given)
    try:
        with psycopg.connect(**given, autocommit=True) as connection:
            yield PostgresTexts(connection, place)
    except psycopg.Error as error:
        raise refusal_to_open(error, place) from None


@dataclass(frozen=True, slots=True)
class PostgresTexts:
    """Looks through every table of a database.

    Attributes:
        connection: to it.
        place: where it is, for messages.
    """

    connection: Connection[Any]
    place: str

    def values_with(self, texts: Sequence[str]) -> Iterator[tuple[str, str, list[str]]]:
        """Tables and columns, and their values that contain one of the texts; each table is read once."""
        for table, columns in self.connection.execute(_COLUMNS).fetchall():
            for column, found in self._of_table(table, columns, texts).items():
                yield table, column, found

    def sees(self) -> bool:
        """Whether this search finds somebody who is planted, and finds them no more once they are deleted.

        All of it is taken back; nobody else sees any of it.
        """
        name = f"planted-{uuid4()}"
        with self.connection.transaction(force_rollback=True):
            self.connection.execute(_PLANT, (name, f'{{"goals":["{name}"]}}'))
            there = self._of_table("users", ["user_id", "profile"], [name])
            self.connection.execute(_REMOVE, (name,))
            left = self._of_table("users", ["user_id", "profile"], [name])
        return set(there) == {"user_id", "profile"} and not left

    def _of_table(self, table: str, columns: Sequence[str], texts: Sequence[str]) -> dict[str, list[str]]:
        """By column, the values that contain one of the texts."""
        shown = [sql.SQL("{}::text").format(sql.Identifier(column)) for column in columns]
        query = sql.SQL(_WITH).format(columns=sql.SQL(", ").join(shown), table=sql.Identifier(table))
        found: dict[str, list[str]] = {}
        for row in self.connection.execute(query, (list(texts),)):
            for column, value in zip(columns, row, strict=True):
                if value is not None and any(text in value for text in texts):
                    found.setdefault(column, []).append(value)
        return found
