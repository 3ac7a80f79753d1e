"""When the index is built anew by itself: the same date for whoever does it and for the receipts that name it."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from math import floor

from indexer.snapshot_files import SnapshotFolder


def next_rebuild(built_at: datetime, days: float, now: datetime) -> datetime:
    """The next of the moments that follow a build at this interval.

    >>> built = datetime(2026, 3, 1, tzinfo=UTC)
    >>> next_rebuild(built, 7, datetime(2026, 3, 9, tzinfo=UTC)).date()
    datetime.date(2026, 3, 15)
    """
    interval = timedelta(days=days)
    return built_at + max(1, floor((now - built_at) / interval) + 1) * interval


def due_rebuild(folder: SnapshotFolder, days: float | None) -> datetime | None:
    """When the newest snapshot will be followed by another; None where nobody has been told to see to it.

    An older one that serves again, since somebody went back to it, is not replaced the sooner.
    """
    newest = folder.newest()
    if newest is None or days is None:
        return None
    return next_rebuild(newest.created_at, days, datetime.now(UTC))
