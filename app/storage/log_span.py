"""What a log that nobody writes to says of itself: from when to when its events are."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

import duckdb

_SPAN: Final = "SELECT count(*), min(occurred_at), max(occurred_at) FROM events WHERE forgotten_by IS NULL"


@dataclass(frozen=True, slots=True)
class LogSpan:
    """The events that count.

    Attributes:
        events: how many.
        first: the time of the first.
        last: the time of the last.
    """

    events: int
    first: datetime
    last: datetime


def log_span(file: Path) -> LogSpan | None:
    """Those of a database that no service has open; None where there are none.

    Raises:
        duckdb.Error: it is open elsewhere, or is no database.
    """
    with duckdb.connect(str(file), read_only=True) as connection:
        row = connection.execute(_SPAN).fetchone()
    if not row or not row[0]:
        return None
    return LogSpan(row[0], row[1].replace(tzinfo=UTC), row[2].replace(tzinfo=UTC))
