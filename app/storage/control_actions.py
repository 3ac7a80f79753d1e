"""The history of control actions: written by whoever changes what is held of a person, within the same transaction."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

import pyarrow as pa
from duckdb import DuckDBPyConnection

from app.storage.rows import ControlAction
from app.storage.timestamps import micros

_LAST = "SELECT coalesce(max(number), 0) FROM control_actions"
_RECORD = "INSERT INTO control_actions SELECT number, user_id, action, detail, happened_at, key_id FROM incoming"
_COUNT = """
MERGE INTO control_counts USING (SELECT make_timestamp($day * 86400000000)::DATE AS day, $action AS action) AS incoming
    USING (day, action)
WHEN MATCHED THEN UPDATE SET times = control_counts.times + $times
WHEN NOT MATCHED THEN INSERT VALUES (incoming.day, incoming.action, $times)
"""
_DAY_SECONDS = 86_400


def record_actions(connection: DuckDBPyConnection, actions: Sequence[ControlAction]) -> None:
    """Add actions to their persons' histories, and to the day's counts, which say nothing of anybody."""
    if not actions:
        return
    ((last,),) = connection.execute(_LAST).fetchall()
    connection.register("incoming", _table(actions, int(last) + 1))
    connection.execute(_RECORD)
    connection.unregister("incoming")
    for (day, action), times in Counter((int(each.at // _DAY_SECONDS), each.action) for each in actions).items():
        connection.execute(_COUNT, {"day": day, "action": action, "times": times})


def _table(actions: Sequence[ControlAction], first: int) -> pa.Table:
    return pa.table(
        {
            "number": pa.array(range(first, first + len(actions)), pa.int64()),
            "user_id": pa.array([each.user_id for each in actions], pa.string()),
            "action": pa.array([each.action for each in actions], pa.string()),
            "detail": pa.array([each.detail for each in actions], pa.binary()).cast(pa.string()),
            "happened_at": pa.array([micros(each.at) for each in actions], pa.timestamp("us")),
            "key_id": pa.array([each.key_id for each in actions], pa.string()),
        }
    )
