"""Forgettings in DuckDB: what was forgotten stays in its tables, inert, until it can no longer be undone."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import Any

import numpy as np
from duckdb import DuckDBPyConnection

from app.storage.database import Database, delete_users, mark_for_rewriting
from app.storage.duckdb_events import KEEP_LAST
from app.storage.event_identity import OWN_DIGEST
from app.storage.group_writer import Written
from app.storage.ignored_events import IgnoredEvents
from app.storage.logged_columns import seen_columns
from app.storage.rows import ForgetRequest, Forgetting, OnTopic, SeenColumns
from app.storage.stored_rows import forgetting
from app.storage.timestamps import micros

_SELECT = """
SELECT number, user_id, scope, epoch_us(made_at), keeps_seen, epoch_us(undo_until), topic, epoch_us(since), final
FROM forgettings
"""
_WHOSE = "WHERE user_id IN (SELECT unnest($users::VARCHAR[]))"
_NEXT = "SELECT coalesce(max(number), 0) + 1 FROM forgettings"
_INSERT = """
INSERT INTO forgettings VALUES ($number, $user, $scope, $topic, make_timestamp($since), make_timestamp($made_at),
    $keeps_seen, make_timestamp($undo_until), false)
"""
_FORGET_SINCE = """
UPDATE events SET forgotten_by = $number
WHERE user_id = $user AND forgotten_by IS NULL AND occurred_at >= coalesce(make_timestamp($since), '-infinity')
"""
_STANDING = "SELECT sequence, item_id FROM events WHERE user_id = $user AND forgotten_by IS NULL"
_FORGET_EVENTS = """
UPDATE events SET forgotten_by = $number WHERE sequence IN (SELECT unnest($sequences::BIGINT[]))
"""
_FORGET_SEEN = "UPDATE seen_items SET forgotten_by = $number WHERE user_id = $user AND forgotten_by IS NULL"
_SEEN = "SELECT DISTINCT item_id FROM seen_items WHERE user_id = $user AND forgotten_by IS NULL"
_OF_ITEMS = "AND item_id IN (SELECT unnest($items::VARCHAR[]))"
_KEEP_SEEN = """
INSERT INTO seen_items
SELECT $user, item_id, $number, NULL::BIGINT, max(occurred_at) FROM events
WHERE forgotten_by = $number AND type IN (SELECT unnest($types::TINYINT[])) GROUP BY item_id
"""
_BEGIN_EPOCH = """
MERGE INTO users USING (SELECT $user AS user_id, make_timestamp($at) AS at) AS incoming USING (user_id)
WHEN MATCHED THEN UPDATE SET epoch = users.epoch + 1, reset_at = incoming.at, updated_at = incoming.at
WHEN NOT MATCHED THEN INSERT (user_id, epoch, reset_at, created_at, updated_at)
    VALUES (incoming.user_id, 1, incoming.at, incoming.at, incoming.at)
"""
_UNDO = (
    "UPDATE events SET forgotten_by = NULL WHERE forgotten_by = $number",
    "DELETE FROM seen_items WHERE kept_by = $number",
    "UPDATE seen_items SET forgotten_by = NULL WHERE forgotten_by = $number",
    "DELETE FROM forgettings WHERE number = $number",
)
_OPEN = "SELECT count(*) FROM forgettings WHERE number = $number AND NOT final AND undo_until > make_timestamp($at)"
_DUE = "SELECT DISTINCT number FROM forgettings WHERE NOT final AND undo_until <= make_timestamp($at) ORDER BY number"
_ON_TOPIC = """
FROM events
WHERE forgotten_by = $number AND forgotten_by IN (SELECT number FROM forgettings WHERE scope = 'topic')
"""
_DIGESTS = f"SELECT {OWN_DIGEST} {_ON_TOPIC}"
_FINISH = (
    f"INSERT INTO ignored_events SELECT DISTINCT user_id, event_digest {_ON_TOPIC}",
    "DELETE FROM events WHERE forgotten_by = $number",
    "DELETE FROM seen_items WHERE forgotten_by = $number",
    "UPDATE forgettings SET final = true WHERE number = $number",
)
_SEEN_ALL = "SELECT user_id, item_id FROM seen_items WHERE forgotten_by IS NULL"
_OF_USERS = "AND user_id IN (SELECT unnest($users::VARCHAR[]))"
_SEE = """
MERGE INTO seen_items USING (
    SELECT user_id, item_id, make_timestamp(max(micros)) AS latest FROM (
        SELECT unnest($users::VARCHAR[]) AS user_id, unnest($items::VARCHAR[]) AS item_id,
            unnest($micros::BIGINT[]) AS micros
    ) GROUP BY user_id, item_id
) AS told
ON seen_items.user_id = told.user_id AND seen_items.item_id = told.item_id AND seen_items.forgotten_by IS NULL
WHEN MATCHED THEN UPDATE SET seen_at = greatest(seen_items.seen_at, told.latest)
WHEN NOT MATCHED THEN INSERT VALUES (told.user_id, told.item_id, 0, NULL, told.latest)
"""
_DELETE_OLDER = "DELETE FROM seen_items WHERE seen_at < make_timestamp($before) RETURNING user_id"
_DELETE_USER = (
    "DELETE FROM forgettings WHERE user_id = $user",
    "DELETE FROM seen_items WHERE user_id = $user",
)


class DuckDBForgettings:
    """Forgettings, and what was seen beside the log."""

    def __init__(self, database: Database, ignored: IgnoredEvents) -> None:
        self._database = database
        self._ignored = ignored

    def all(self, user_ids: Collection[str] | None = None) -> list[Forgetting]:
        """Every forgetting that was not undone, of everybody or of some ids, in order."""
        given = {} if user_ids is None else {"users": list(user_ids)}
        query = f"{_SELECT} {'' if user_ids is None else _WHOSE} ORDER BY number, user_id"
        with self._database.reading() as connection:
            return [forgetting(*row) for row in connection.execute(query, given).fetchall()]

    def forget(self, request: ForgetRequest) -> Written[int]:
        """Make what it covers inert; answers the number."""
        return self._database.writer.submit(_forget, request)

    def undo(self, number: int, at: float) -> Written[bool]:
        """Let it count again, if that is still possible."""
        return self._database.writer.submit(_undo, (number, at))

    def finish(self, at: float) -> Written[int]:
        """Delete what can no longer be undone; answers how many forgettings became final."""
        return self._database.writer.submit(self._finish, at)

    def see(self, user_id: str, item_ids: Sequence[str], at: float) -> Written[None]:
        """Remember items as seen, and nothing else."""
        return self._database.writer.submit(_see, (user_id, tuple(item_ids), at))

    def delete_older(self, before: float) -> Written[tuple[str, ...]]:
        """Delete that items were seen before a moment."""
        return self._database.writer.submit(_delete_older, before)

    def seen(self, user_ids: Sequence[str] | None = None) -> SeenColumns:
        """What counts as seen without an event."""
        query = _SEEN_ALL if user_ids is None else f"{_SEEN_ALL} {_OF_USERS}"
        parameters = {} if user_ids is None else {"users": list(user_ids)}
        with self._database.reading() as connection:
            return seen_columns(connection.sql(query, params=parameters).to_arrow_table())

    def delete_user(self, user_id: str) -> Written[int]:
        """Delete all of one user; answers how many rows there were."""
        return self._database.writer.submit(_delete_users, user_id)

    def _finish(self, connection: DuckDBPyConnection, moments: Sequence[float]) -> list[int]:
        return [self._finish_due(connection, at) for at in moments]

    def _finish_due(self, connection: DuckDBPyConnection, at: float) -> int:
        due = [number for (number,) in connection.execute(_DUE, {"at": micros(at)}).fetchall()]
        for number in due:
            digests = connection.execute(_DIGESTS, {"number": number}).fetchall()
            self._ignored.add_all(digest for (digest,) in digests)
            connection.execute(KEEP_LAST)
            for statement in _FINISH:
                connection.execute(statement, {"number": number})
        if due:
            mark_for_rewriting(connection)
        return len(due)


def _forget(connection: DuckDBPyConnection, requests: Sequence[ForgetRequest]) -> list[int]:
    return [_forget_one(connection, request) for request in requests]


def _forget_one(connection: DuckDBPyConnection, request: ForgetRequest) -> int:
    forgetting = request.forgetting
    number = int(connection.execute(_NEXT).fetchall()[0][0])
    of_user = {"user": forgetting.user_id, "number": number}
    for user_id in (forgetting.user_id, *request.aliases):
        connection.execute(_INSERT, _row(forgetting, number, user_id))
    if request.on_topic is None:
        since = None if forgetting.since is None else micros(forgetting.since)
        connection.execute(_FORGET_SINCE, {**of_user, "since": since})
    else:
        _forget_events_on(connection, of_user, request.on_topic)
    if not forgetting.keeps_seen:
        _forget_seen(connection, of_user, request)
    else:
        connection.execute(_KEEP_SEEN, {**of_user, "types": list(request.seen_types)})
    if forgetting.scope == "all":
        connection.execute(_BEGIN_EPOCH, {"user": forgetting.user_id, "at": micros(forgetting.made_at)})
    return number


def _row(forgetting: Forgetting, number: int, user_id: str) -> dict[str, Any]:
    return {
        "number": number,
        "user": user_id,
        "scope": forgetting.scope,
        "topic": forgetting.topic,
        "since": None if forgetting.since is None else micros(forgetting.since),
        "made_at": micros(forgetting.made_at),
        "keeps_seen": forgetting.keeps_seen,
        "undo_until": micros(forgetting.undo_until),
    }


def _forget_events_on(connection: DuckDBPyConnection, of_user: dict[str, Any], on_topic: OnTopic) -> None:
    standing = connection.execute(_STANDING, {"user": of_user["user"]}).fetchall()
    mask = on_topic([item_id for _, item_id in standing])
    sequences = [standing[place][0] for place in np.flatnonzero(mask).tolist()]
    connection.execute(_FORGET_EVENTS, {"number": of_user["number"], "sequences": sequences})


def _forget_seen(connection: DuckDBPyConnection, of_user: dict[str, Any], request: ForgetRequest) -> None:
    """What an earlier forgetting kept as seen; of a time span nothing is known there, so that it stays."""
    if request.forgetting.scope == "all":
        connection.execute(_FORGET_SEEN, of_user)
    elif request.on_topic is not None:
        seen = [item_id for (item_id,) in connection.execute(_SEEN, {"user": of_user["user"]}).fetchall()]
        items = [seen[place] for place in np.flatnonzero(request.on_topic(seen)).tolist()]
        connection.execute(f"{_FORGET_SEEN} {_OF_ITEMS}", {**of_user, "items": items})


def _undo(connection: DuckDBPyConnection, requests: Sequence[tuple[int, float]]) -> list[bool]:
    return [_undo_one(connection, number, at) for number, at in requests]


def _undo_one(connection: DuckDBPyConnection, number: int, at: float) -> bool:
    if not connection.execute(_OPEN, {"number": number, "at": micros(at)}).fetchall()[0][0]:
        return False
    for statement in _UNDO:
        connection.execute(statement, {"number": number})
    return True


def _see(connection: DuckDBPyConnection, requests: Sequence[tuple[str, tuple[str, ...], float]]) -> list[None]:
    """Remember what several requests tell, at once; of an item that was seen before, the latest time stays."""
    told = [(user_id, item, micros(at)) for user_id, items, at in requests for item in items]
    if told:
        users, items, times = map(list, zip(*told, strict=True))
        connection.execute(_SEE, {"users": users, "items": items, "micros": times})
    return [None] * len(requests)


def _delete_older(connection: DuckDBPyConnection, moments: Sequence[float]) -> list[tuple[str, ...]]:
    found = [connection.execute(_DELETE_OLDER, {"before": micros(before)}).fetchall() for before in moments]
    if any(found):
        mark_for_rewriting(connection)
    return [tuple(sorted({user for (user,) in rows})) for rows in found]


def _delete_users(connection: DuckDBPyConnection, user_ids: Sequence[str]) -> list[int]:
    return delete_users(connection, _DELETE_USER, user_ids)
