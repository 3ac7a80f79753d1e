"""Deletes what the firewall holds back, in DuckDB, where it is not to be kept as seen."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

import orjson
import pyarrow as pa
from duckdb import DuckDBPyConnection

from app.storage.control_actions import record_actions
from app.storage.database import mark_for_rewriting
from app.storage.duckdb_retention import KEEP_LAST
from app.storage.event_identity import OWN_DIGEST
from app.storage.logged_columns import seen_columns
from app.storage.rows import ControlAction, Expired, Withdrawal

_PAIRS = """
SELECT DISTINCT user_id, item_id
FROM (SELECT user_id, item_id FROM events UNION ALL SELECT user_id, item_id FROM seen_items)
"""
_OF_USERS = "WHERE user_id IN (SELECT unnest($users::VARCHAR[]))"
_IGNORE = f"""
INSERT INTO ignored_events SELECT user_id, event_digest FROM events SEMI JOIN withheld USING (user_id, item_id)
RETURNING {OWN_DIGEST}
"""  # noqa: S608 - no value goes into this text
_DELETE_EVENTS, _DELETE_SEEN = (
    f"DELETE FROM {table} USING withheld "  # noqa: S608 - no value goes into this text
    f"WHERE {table}.user_id = withheld.user_id AND {table}.item_id = withheld.item_id RETURNING {table}.user_id"
    for table in ("events", "seen_items")
)


def withdraw(connection: DuckDBPyConnection, request: Withdrawal) -> tuple[Expired, list[int]]:
    """Delete what is held back; (what it was, digests of the events, which are not to come back)."""
    pairs = _pairs(connection, request.users)
    withheld = pairs.filter(pa.array(request.withheld(seen_columns(pairs)), pa.bool_()))
    if not len(withheld):
        return Expired(0, ()), []
    connection.execute(KEEP_LAST)
    connection.register("withheld", withheld)
    digests = [digest for (digest,) in connection.execute(_IGNORE).fetchall()]
    events, seen = _owners(connection, _DELETE_EVENTS), _owners(connection, _DELETE_SEEN)
    connection.unregister("withheld")
    mark_for_rewriting(connection)
    users = sorted({*events, *seen})
    record_actions(connection, [_action(user, events[user], request.at) for user in users])
    return Expired(events.total(), tuple(users)), digests


def _pairs(connection: DuckDBPyConnection, users: Sequence[str] | None) -> pa.Table:
    """Who did something with which item or knows it, of everybody or of some users."""
    if users is None:
        return connection.sql(_PAIRS).to_arrow_table()
    return connection.sql(f"{_PAIRS} {_OF_USERS}", params={"users": list(users)}).to_arrow_table()


def _owners(connection: DuckDBPyConnection, statement: str) -> Counter[str]:
    return Counter(user for (user,) in connection.execute(statement).fetchall())


def _action(user_id: str, events: int, at: float) -> ControlAction:
    return ControlAction(user_id, "withheld_events_deleted", orjson.dumps({"events": events}), at)
