"""How far everything has come in a PostgreSQL database that several processes write to."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

from psycopg import Connection

from app.storage.postgres.database import PostgresDatabase
from app.storage.postgres.people import PEOPLE
from app.storage.postgres.statements import statements
from app.storage.rows import BEGINNING, Revision, Standing, Watermark

_OLDEST = statements("events")["oldest_transaction"]


class PostgresRevisions:
    """What each request is held to."""

    def __init__(self, database: PostgresDatabase) -> None:
        self._database = database

    def standing(self, user_ids: Collection[str]) -> Standing:
        """How far these people, the items and the operators have come; one query by primary key."""
        rows = self._database.read(lambda connection: _standing(connection, user_ids))
        people = {user: Revision(revision, epoch) for _, _, user, revision, epoch in rows if user is not None}
        return Standing(people, items=rows[0][0], operators=rows[0][1])

    def begun_anew(self, after: Watermark = BEGINNING) -> tuple[list[str], Watermark]:
        """People whose epoch became another since a mark, the erased excepted, of whom nothing is left to tell."""
        with self._database.snapshot() as connection:
            ((oldest,),) = connection.execute(_OLDEST).fetchall()
            given = {"mark": str(after[0] if after else 0)}
            return [user for (user,) in connection.execute(PEOPLE["begun_anew"], given).fetchall()], (oldest,)


def _standing(connection: Connection[Any], user_ids: Collection[str]) -> list[tuple[Any, ...]]:
    return connection.execute(PEOPLE["standing"], {"users": list(user_ids)}).fetchall()
