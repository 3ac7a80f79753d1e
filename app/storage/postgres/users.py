"""The users' rows in PostgreSQL."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final

from psycopg import Connection

from app.storage.group_writer import Written
from app.storage.postgres.actions import record
from app.storage.postgres.database import PostgresDatabase
from app.storage.postgres.people import PEOPLE, changing, deleted
from app.storage.rows import ControlAction, UserRow
from app.storage.stored_rows import user_row
from app.storage.timestamps import micros

_ONE: Final = PEOPLE["users"] + b" WHERE user_id = %(user)s"
_SOME: Final = PEOPLE["users"] + b" WHERE user_id = ANY(%(users)s) ORDER BY user_id"
_ALL: Final = PEOPLE["users"] + b" ORDER BY user_id"


class PostgresUserStore:
    """The users' rows; each write makes the row if there is none."""

    def __init__(self, database: PostgresDatabase) -> None:
        self._database = database

    def get(self, user_id: str) -> UserRow | None:
        """The row of one user, if there is one."""
        found = self._select(_ONE, {"user": user_id})
        return found[0] if found else None

    def of(self, user_ids: Sequence[str]) -> list[UserRow]:
        """The rows of some users."""
        return self._select(_SOME, {"users": list(user_ids)})

    def all(self) -> list[UserRow]:
        """Every row, by user id."""
        return self._select(_ALL)

    def put_profile(
        self, user_id: str, profile: bytes | None, at: float, action: ControlAction | None = None
    ) -> Written[None]:
        """Replace the explicit profile."""
        given = {"user": user_id, "profile": profile and profile.decode(), "at": micros(at)}

        def put(connection: Connection[Any]) -> None:
            with changing(connection, user_id):
                connection.execute(PEOPLE["put_profile"], given)
                if action is not None:
                    record(connection, action)

        return self._database.write(put)

    def set_personalization(self, user_id: str, enabled: bool, at: float, *, keep_seen: bool = True) -> Written[None]:
        """Switch personalization on or off."""
        given = {"user": user_id, "enabled": enabled, "keep_seen": keep_seen, "at": micros(at)}

        def put(connection: Connection[Any]) -> None:
            with changing(connection, user_id):
                connection.execute(PEOPLE["set_personalization"], given)

        return self._database.write(put)

    def delete(self, user_id: str) -> Written[bool]:
        """Delete the row; answers whether there was one."""
        return self._database.write(lambda connection: deleted(connection, user_id, PEOPLE["delete_row"]) > 0)

    def _select(self, query: bytes, given: dict[str, Any] | None = None) -> list[UserRow]:
        rows = self._database.read(lambda connection: connection.execute(query, given).fetchall())
        return [user_row(*row) for row in rows]
