"""Rebuilding by itself: for as long as a service runs, its index is built anew on the dates of its timetable.

The build is a process of its own, `penchant rebuild-index`, so that it can be stopped and takes no time from requests.
"""

from __future__ import annotations

import asyncio
import logging
from asyncio.subprocess import DEVNULL, PIPE
from collections.abc import Sequence
from contextlib import suppress
from datetime import UTC, datetime
from typing import Final

from app.policy.rebuild_dates import next_rebuild
from app.serving.rebuild_outcome import RebuildOutcome, write_outcome
from app.settings import Settings
from indexer.snapshot_files import SnapshotFolder

logger = logging.getLogger("penchant.rebuilding")

LOOK_SECONDS: Final = 60.0


async def rebuild_on_time(settings: Settings, command: Sequence[str], look_seconds: float = LOOK_SECONDS) -> None:
    """Run a command whenever the index is due, until cancelled; what became due while nobody looked is made up for.

    Args:
        settings: whose index, and how often.
        command: builds it.
        look_seconds: how often to look.
    """
    folder, days = SnapshotFolder(settings.snapshot_folder), settings.snapshots.rebuild_days
    built: datetime | None = None
    while days is not None:
        newest = await asyncio.to_thread(folder.newest)
        if newest is not None:  # whichever serves: who went back to an older one does not want another at once
            built_at = newest.created_at
            if datetime.now(UTC) >= next_rebuild(built_at, days, built or built_at):
                built = datetime.now(UTC)
                outcome = await _run(command)
                await asyncio.to_thread(write_outcome, settings.snapshot_folder, outcome)
        await asyncio.sleep(look_seconds)


async def _run(command: Sequence[str]) -> RebuildOutcome:
    """The last line of what it complains of is told; a build that fails is tried again on the next date."""
    process = await asyncio.create_subprocess_exec(*command, stdout=DEVNULL, stderr=PIPE)
    try:
        _, said = await process.communicate()
    except asyncio.CancelledError:
        with suppress(ProcessLookupError):  # it may have ended in this very moment
            process.terminate()
        await process.wait()
        raise
    complaint = "".join(said.decode(errors="replace").strip().splitlines()[-1:])
    if process.returncode:
        logger.error("the index could not be built anew: %s", complaint)
    else:
        logger.info("the index is as new as its data")
    return RebuildOutcome(at=datetime.now(UTC), ok=not process.returncode, said=complaint if process.returncode else "")
