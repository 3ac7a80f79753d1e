"""Backups by themselves: for as long as a service runs, and where a folder for them is set.

Each is a process of its own, `penchant backup`: whoever closes the database's file in the service's process would let
go of its lock.
"""

from __future__ import annotations

import asyncio
import logging
import os
from asyncio.subprocess import DEVNULL, PIPE
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path
from typing import Final

from pydantic import AwareDatetime, ValidationError

from app.backup.settings import BackupSettings
from app.clock import Clock
from models.config import Config

FILE: Final = "last_backup.json"
LOOK_SECONDS: Final = 60.0
_HOUR_SECONDS: Final = 3_600.0

log = logging.getLogger("penchant.backup")


class BackupOutcome(Config):
    """What became of the last backup."""

    at: AwareDatetime
    ok: bool
    said: str
    """Where it is, or why there is none."""
    good_at: AwareDatetime | None = None
    """When the last good one was made."""


def write_outcome(data_dir: Path, outcome: BackupOutcome) -> None:
    """Replace what is known; the last good one stays known."""
    before = read_outcome(data_dir)
    good = outcome.at if outcome.ok else before.good_at if before else None
    beside = data_dir / f".{FILE}-{os.getpid()}"
    beside.write_text(outcome.model_copy(update={"good_at": good}).model_dump_json())
    beside.replace(data_dir / FILE)


def read_outcome(data_dir: Path) -> BackupOutcome | None:
    """None where no backup was made yet."""
    try:
        return BackupOutcome.model_validate_json((data_dir / FILE).read_bytes())
    except (FileNotFoundError, ValidationError):
        return None


def backup_problem(data_dir: Path, settings: BackupSettings) -> str | None:
    """Why there is no recent backup though there should be one; None where there is, or none is wanted."""
    if settings.folder is None:
        return None
    last = read_outcome(data_dir)
    if last is not None and not last.ok:
        good = f"; the last good one is of {last.good_at:%Y-%m-%d %H:%M} UTC" if last.good_at else ""
        return f"the last backup failed: {last.said}{good}"
    late = last is not None and Clock.machine() - last.at.timestamp() > 2 * settings.every_hours * _HOUR_SECONDS
    return f"the last backup is of {last.at:%Y-%m-%d %H:%M} UTC" if late and last else None


async def backup_on_time(data_dir: Path, settings: BackupSettings, command: Sequence[str]) -> None:
    """Have a backup made whenever one is due, until cancelled; one that fails is tried again after an hour."""
    while settings.folder is not None:
        last = await asyncio.to_thread(read_outcome, data_dir)
        wait = settings.every_hours if last is None or last.ok else min(1.0, settings.every_hours)
        age = Clock.machine() - last.at.timestamp() if last else 0.0
        if last is None or not 0 <= age < wait * _HOUR_SECONDS:
            await _run(command)
        await asyncio.sleep(LOOK_SECONDS)


async def _run(command: Sequence[str]) -> None:
    """What became of it the command writes down itself."""
    try:
        process = await asyncio.create_subprocess_exec(*command, stdout=DEVNULL, stderr=PIPE)
    except OSError:
        log.exception("no backup can be made")
        return
    try:
        _, said = await process.communicate()
    except asyncio.CancelledError:
        with suppress(ProcessLookupError):
            process.terminate()
        await process.wait()
        raise
    if process.returncode:
        log.error("the backup failed: %s", "".join(said.decode(errors="replace").strip().splitlines()[-1:]))
    else:
        log.info("a backup was made")
