"""Documents in PostgreSQL that all processes on one database go by."""

from __future__ import annotations

from typing import Any, Final

from psycopg import Connection

from app.storage.group_writer import Written
from app.storage.postgres.database import PostgresDatabase
from app.storage.postgres.statements import statements
from app.storage.rows import SharedDocument

_STATEMENTS: Final = statements("catalogue")


class PostgresSharedState:
    """What is decided for all processes."""

    def __init__(self, database: PostgresDatabase) -> None:
        self._database = database

    def get(self, name: str) -> SharedDocument | None:
        """A document, if there is one of this name."""
        return self._database.read(lambda connection: _get(connection, name))

    def versions(self) -> dict[str, int]:
        """The version of every document, by name."""
        rows = self._database.read(lambda connection: connection.execute(_STATEMENTS["shared_versions"]).fetchall())
        return dict(rows)

    def put(self, name: str, content: bytes, expected: int | None = None) -> Written[int | None]:
        """Replace a document, if it has the version that is expected; answers its version."""
        return self._database.write(lambda connection: _put(connection, name, content, expected))


def _get(connection: Connection[Any], name: str) -> SharedDocument | None:
    found = connection.execute(_STATEMENTS["shared"], {"name": name}).fetchone()
    return SharedDocument(found[0].encode(), found[1]) if found else None


def _put(connection: Connection[Any], name: str, content: bytes, expected: int | None) -> int | None:
    with connection.transaction():
        connection.execute(_STATEMENTS["lock_shared"])
        before = _get(connection, name)
        if expected is not None and expected != (before.version if before else 0):
            return None
        return put_shared(connection, name, content)


def put_shared(connection: Connection[Any], name: str, content: bytes) -> int:
    """Replace a document within a transaction, of which others take notice once it is committed; its version."""
    connection.execute(_STATEMENTS["lock_shared"])
    given = {"name": name, "document": content.decode()}
    ((version,),) = connection.execute(_STATEMENTS["put_shared"], given).fetchall()
    return int(version)
