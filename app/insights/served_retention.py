"""Retention of the served log: days that the charter keeps no longer go as a whole."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable

from app.insights.served_files import ServedFiles

log = logging.getLogger(__name__)


async def delete_old_days(files: ServedFiles, since: Callable[[], float], every_hours: float) -> None:
    """Delete again and again until cancelled; a failure is logged and the next time tried again.

    Args:
        files: of the log.
        since: the moment, in seconds since 1970, before which nothing is kept.
        every_hours: between two deletions.
    """
    while True:
        try:
            days = await asyncio.to_thread(files.delete_before, since())
            log.info("served answers deleted", extra={"fields": {"days": days}})
        except Exception:
            log.exception("served answers could not be deleted")
        await asyncio.sleep(3_600 * every_hours)
