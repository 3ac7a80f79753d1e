"""The history of control actions in PostgreSQL, written within the transaction of what was decided."""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import Any

from psycopg import Connection

from app.storage.postgres.people import PEOPLE
from app.storage.rows import ControlAction
from app.storage.timestamps import micros


def record(connection: Connection[Any], action: ControlAction) -> None:
    """Add an action to a person's history, and to the day's counts, which say nothing of anybody."""
    told = {"user": action.user_id, "action": action.action, "detail": action.detail.decode()}
    connection.execute(PEOPLE["record"], told | {"at": micros(action.at), "key": action.key_id})
    connection.execute(PEOPLE["count_action"], {"day": day_of(action.at), "action": action.action})


def day_of(moment: float) -> date:
    """The day of UTC."""
    return datetime.fromtimestamp(moment, UTC).date()
