"""The target of a move: a database of PostgreSQL that is empty, or into which this source was begun to be moved."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final, LiteralString

import pyarrow as pa

from app.moving.errors import MoveError
from app.storage.postgres.arrow_copy import copied_in, copied_out
from app.storage.postgres.statements import statements

if TYPE_CHECKING:
    from psycopg import Connection
    from psycopg.sql import Composed

UNFINISHED: Final = "unfinished_move"
"""Table that is there while a move is: what was copied of which table. No service takes such a database up."""
_LOCK: Final = 0x6D6967726174696E
"""Of an advisory lock: the bytes of "migratin"."""
_FINISH: Final = statements("moving")
_COLUMNS: Final = """
SELECT table_name, column_name, data_type FROM information_schema.columns
WHERE table_schema = current_schema() ORDER BY table_name, ordinal_position
"""
_BEGIN: Final = """
CREATE TABLE unfinished_move (
    source TEXT NOT NULL,
    table_name TEXT PRIMARY KEY,
    after BIGINT NOT NULL
)
"""
_NOTE: Final = """
INSERT INTO unfinished_move (source, table_name, after) VALUES (%s, %s, %s)
ON CONFLICT (table_name) DO UPDATE SET after = excluded.after
"""
_REACHED: Final = "SELECT table_name, after FROM unfinished_move WHERE source = %s"
_OTHERS: Final = "SELECT count(*) FROM unfinished_move WHERE source <> %s"


@dataclass(frozen=True, slots=True)
class Target:
    """Where it is to be moved.

    Attributes:
        connection: to the database, by itself in no transaction.
        place: where it is, for messages.
    """

    connection: Connection[Any]
    place: str

    def columns(self) -> dict[str, dict[str, str]]:
        """By table, its columns and their types."""
        found: dict[str, dict[str, str]] = {}
        for table, column, kind in self.connection.execute(_COLUMNS).fetchall():
            found.setdefault(table, {})[column] = kind
        return found

    def is_begun(self) -> bool:
        """Whether a move into it is unfinished."""
        return UNFINISHED in self.columns()

    def reached(self, source: str) -> dict[str, int]:
        """By table, the number of the row before which all were copied.

        Raises:
            MoveError: something else was begun to be moved.
        """
        if not self.is_begun():
            return {}
        if self._number(_OTHERS, (source,)):
            raise MoveError(
                "another database was begun to be moved into this one, or the folder was served since: "
                "--anew empties it and begins again"
            )
        return dict(self.connection.execute(_REACHED, (source,)).fetchall())

    def begin(self, source: str) -> None:
        """Note that a move begins."""
        self.connection.execute(_BEGIN)
        self.connection.execute(_NOTE, (source, "", 0))

    def take(self, source: str, table: str, rows: pa.RecordBatchReader, after: int) -> int:
        """Add rows, and note how far that goes, in one transaction; how many rows they were."""
        with self.connection.transaction():
            count = copied_in(self.connection, table, rows)
            self.connection.execute(_NOTE, (source, table, after))
        return count

    def count(self, table: str) -> int:
        """How many rows a table has."""
        from psycopg import sql  # noqa: PLC0415 - an extra

        return self._number(sql.SQL("SELECT count(*) FROM {}").format(sql.Identifier(table)))

    @contextmanager
    def rows(self, table: str, columns: Sequence[str], schema: pa.Schema) -> Iterator[pa.RecordBatchReader]:
        """Every row of a table; the columns are SQL."""
        from psycopg import sql  # noqa: PLC0415 - an extra

        told = sql.SQL("SELECT {} FROM {}").format(sql.SQL(", ".join(columns)), sql.Identifier(table))
        with copied_out(self.connection, told, schema) as rows:
            yield rows

    def empty(self, tables: Sequence[str]) -> None:
        """Delete what an unfinished move copied."""
        from psycopg import sql  # noqa: PLC0415 - an extra

        named = sql.SQL(", ").join(map(sql.Identifier, (*tables, UNFINISHED)))
        with self.connection.transaction():
            self.connection.execute(sql.SQL("TRUNCATE {}").format(named))
            self.connection.execute("DROP TABLE unfinished_move")

    def finish(self, last_event: int) -> None:
        """Number everybody, and note that all is moved.

        Args:
            last_event: the highest number that an event ever had: it is given to no other.
        """
        with self.connection.transaction():
            for statement in _FINISH.values():
                self.connection.execute(statement, {"last_event": last_event})
        self.connection.execute("ANALYZE")

    def _number(self, statement: LiteralString | Composed, given: Sequence[Any] = ()) -> int:
        row = self.connection.execute(statement, given).fetchone()
        return int(row[0]) if row else 0


@contextmanager
def opened(url: str) -> Iterator[Target]:
    """The database at an address, for one move at a time.

    Raises:
        MoveError: it cannot be used, or another move goes on.
        StorageError: it cannot be reached.
    """
    import psycopg  # noqa: PLC0415 - an extra

    from app.storage.postgres.database import parsed, place_of  # noqa: PLC0415 - likewise
    from app.storage.postgres.problems import refusal_to_open  # noqa: PLC0415 - likewise

    given = parsed(url) | {"application_name": "penchant migrate"}
    place = place_of(given)
    try:
        connection = psycopg.connect(**given, autocommit=True)
    except psycopg.Error as error:
        raise refusal_to_open(error, place) from None
    with connection:
        _check(connection)
        try:
            yield Target(connection, place)
        except psycopg.Error as error:
            said = str(error).strip().splitlines()[0]
            raise MoveError(f"{place}: {said}; call it again to go on where it stands") from None


def _check(connection: Connection[Any]) -> None:
    row = connection.execute("SELECT pg_try_advisory_lock(%s), current_setting('server_encoding')", (_LOCK,)).fetchone()
    alone, encoding = row or (False, "")
    if not alone:
        raise MoveError("another move into this database goes on")
    if encoding != "UTF8":
        raise MoveError(f"the database is encoded in {encoding}: make one in UTF8, createdb --encoding UTF8 penchant")
