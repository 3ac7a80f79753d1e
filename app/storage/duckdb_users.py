"""The users' rows in DuckDB."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, TypeAlias

import pyarrow as pa
from duckdb import DuckDBPyConnection

from app.storage.control_actions import record_actions
from app.storage.database import Database, delete_users
from app.storage.group_writer import Written
from app.storage.rows import ControlAction, UserRow
from app.storage.stored_rows import user_row
from app.storage.timestamps import micros

_SELECT = """
SELECT user_id, profile, personalization, epoch, epoch_us(reset_at), off_keeps_seen,
    epoch_us(created_at), epoch_us(updated_at)
FROM users
"""
_OF_USERS = "WHERE user_id IN (SELECT unnest($users::VARCHAR[])) ORDER BY user_id"
_PUT_PROFILES = """
MERGE INTO users USING incoming USING (user_id)
WHEN MATCHED THEN UPDATE SET profile = incoming.profile, updated_at = incoming.at
WHEN NOT MATCHED THEN INSERT (user_id, profile, created_at, updated_at)
    VALUES (incoming.user_id, incoming.profile, incoming.at, incoming.at)
"""
_SET_PERSONALIZATION = """
MERGE INTO users USING (SELECT $user AS user_id, make_timestamp($at) AS at) AS incoming USING (user_id)
WHEN MATCHED THEN UPDATE SET personalization = $enabled, off_keeps_seen = $keep_seen, updated_at = incoming.at
WHEN NOT MATCHED THEN INSERT (user_id, personalization, off_keeps_seen, created_at, updated_at)
    VALUES (incoming.user_id, $enabled, $keep_seen, incoming.at, incoming.at)
"""
_DELETE = "DELETE FROM users WHERE user_id = $user"


_Put: TypeAlias = tuple[str, bytes | None, float, ControlAction | None]


class DuckDBUserStore:
    """The users' rows; each write makes the row if there is none."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def get(self, user_id: str) -> UserRow | None:
        """The row of one user, if there is one."""
        found = self._select(f"{_SELECT} WHERE user_id = $user", {"user": user_id})
        return found[0] if found else None

    def of(self, user_ids: Sequence[str]) -> list[UserRow]:
        """The rows of some users."""
        return self._select(f"{_SELECT} {_OF_USERS}", {"users": list(user_ids)})

    def all(self) -> list[UserRow]:
        """Every row, by user id."""
        return self._select(f"{_SELECT} ORDER BY user_id", {})

    def put_profile(
        self, user_id: str, profile: bytes | None, at: float, action: ControlAction | None = None
    ) -> Written[None]:
        """Replace the explicit profile."""
        return self._database.writer.submit(_put_profiles, (user_id, profile, at, action))

    def set_personalization(self, user_id: str, enabled: bool, at: float, *, keep_seen: bool = True) -> Written[None]:
        """Switch personalization on or off."""
        parameters = {"user": user_id, "enabled": enabled, "at": micros(at), "keep_seen": keep_seen}
        return self._database.writer.submit(_set_personalization, parameters)

    def delete(self, user_id: str) -> Written[bool]:
        """Delete the row; answers whether there was one."""
        return self._database.writer.submit(_delete, user_id)

    def _select(self, query: str, parameters: dict[str, Any]) -> list[UserRow]:
        with self._database.reading() as connection:
            return [user_row(*values) for values in connection.execute(query, parameters).fetchall()]


def _put_profiles(connection: DuckDBPyConnection, requests: Sequence[_Put]) -> list[None]:
    """One statement for all; of several profiles of one user, the last one stays."""
    record_actions(connection, [action for *_, action in requests if action is not None])
    newest = {user_id: (user_id, profile, micros(at)) for user_id, profile, at, _ in requests}
    users, profiles, times = zip(*newest.values(), strict=True)
    table = pa.table(
        {
            "user_id": pa.array(users, pa.string()),
            "profile": pa.array(profiles, pa.binary()).cast(pa.string()),
            "at": pa.array(times, pa.timestamp("us")),
        }
    )
    connection.register("incoming", table)
    connection.execute(_PUT_PROFILES)
    connection.unregister("incoming")
    return [None] * len(requests)


def _set_personalization(connection: DuckDBPyConnection, requests: Sequence[dict[str, Any]]) -> list[None]:
    for parameters in requests:
        connection.execute(_SET_PERSONALIZATION, parameters)
    return [None] * len(requests)


def _delete(connection: DuckDBPyConnection, user_ids: Sequence[str]) -> list[bool]:
    return [count > 0 for count in delete_users(connection, (_DELETE,), user_ids)]
