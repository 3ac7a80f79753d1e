"""What a data folder says of itself, whether a service runs on it or not. Nothing is opened that somebody writes to."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

from app.access.keyfile import KeyFile, KeyFileError
from app.access.loopback import is_loopback
from app.backup.timetable import read_outcome as read_backup
from app.doctor.finding import Finding, look, ok, wrong
from app.serving.rebuild_outcome import read_outcome
from app.settings import Settings
from app.storage.salvage import losses
from indexer.snapshot import Manifest
from indexer.snapshot_files import SnapshotError, SnapshotFolder

_OTHERS: Final = 0o077
_LITTLE, _TOO_LITTLE = 2 << 30, 256 << 20
"""Bytes left on the disk: a build and an erasure take room for a second copy."""
_UNREAD: Final = 0.2
_LATE: Final = 2.0
"""Times the days between two builds after which the index is called old."""

BEGIN: Final = "penchant import items FILE, or POST /items to a running service"


def of_folder(settings: Settings) -> Iterator[Finding]:
    """What is to be said of the folder and of what is in it."""
    folder = settings.data_dir
    if not folder.is_dir():
        yield look("folder", f"{folder} is not there yet", f"it comes with the first command: {BEGIN}")
        return
    yield from _of_the_disk(folder)
    yield from _of_keys(settings)
    yield from _of_the_index(settings)
    yield from _of_losses(folder)
    yield _of_backups(settings)


def _of_the_disk(folder: Path) -> Iterator[Finding]:
    if not os.access(folder, os.W_OK | os.X_OK):
        yield wrong("folder", f"{folder} cannot be written to", "give it to the account that Penchant runs as")
    elif folder.stat().st_mode & _OTHERS:
        yield look("folder", f"other accounts may look into {folder}", f"chmod 700 {folder}")
    else:
        yield ok("folder", f"{folder} is for its own account only")
    free = shutil.disk_usage(folder).free
    said = f"{free / (1 << 30):,.1f} GiB are left on the disk"
    room = "builds, erasures and backups need room for copies: make some"
    yield (
        wrong("disk", said, room)
        if free < _TOO_LITTLE
        else look("disk", said, room)
        if free < _LITTLE
        else ok("disk", said)
    )


def _of_keys(settings: Settings) -> Iterator[Finding]:
    make = "penchant keys create --operator --name NAME"
    try:
        keyring = KeyFile(settings.data_dir).current()
    except KeyFileError as error:
        yield wrong("keys", str(error), "as it says")
        return
    if keyring.active:
        yield ok("keys", f"{len(keyring.active)} keys are good")
    elif is_loopback(settings.http.host):
        yield ok("keys", "there are none, so that this machine only is served")
    else:
        yield wrong("keys", f"there are none, and {settings.http.host} can be reached from elsewhere", make)


def _of_the_index(settings: Settings) -> Iterator[Finding]:
    folder = SnapshotFolder(settings.snapshot_folder)
    current = folder.current_id()
    if current is None:
        problem = folder.pointer_problem() or "there is no index yet"
        yield look("index", problem, BEGIN)
        return
    try:
        folder.verify(current)
        manifest = folder.manifest(current)
    except (SnapshotError, OSError) as error:
        yield wrong("index", str(error), "the service takes the last good one; penchant rebuild-index makes another")
        return
    yield from _of_the_manifest(manifest, settings)
    if aside := folder.aside():
        yield look(
            "index", f"damaged snapshots were set aside: {', '.join(aside)}", "look at the disk; then delete them"
        )
    outcome = read_outcome(settings.snapshot_folder)
    if outcome is not None and not outcome.ok:
        yield wrong(
            "builds", f"the last build that was due failed, {outcome.at:%Y-%m-%d %H:%M}: {outcome.said}", "as it says"
        )


def _of_the_manifest(manifest: Manifest, settings: Settings) -> Iterator[Finding]:
    days = (datetime.now(UTC) - manifest.created_at).total_seconds() / 86_400
    said = f"{manifest.snapshot_id}: {manifest.items:,} items, built {days:,.1f} days ago"
    due = settings.snapshots.rebuild_days
    old = due is not None and days > _LATE * due
    yield look("index", said, "penchant rebuild-index") if old else ok("index", said)
    least = min(manifest.recalls.values())
    found = f"it finds {least:.3f} of what exact search finds, at least"
    floor = settings.index.ann.recall_floor
    yield look("recall", found, "lower index.ann.missed") if least < floor else ok("recall", found)
    for language, told in manifest.reading.items():
        if told.unread_share > _UNREAD:
            said = f"{told.unread_items:,} of {told.items:,} items in {language!r} cannot be read by the encoder"
            yield look(
                "encoder", said, 'index.encoder = "use-multilingual-v3" reads sixteen languages (docs/encoders.md)'
            )


def _of_losses(folder: Path) -> Iterator[Finding]:
    rejected = [*sorted((folder / "rejects").glob("*.ndjson")), *sorted((folder / "imports").glob("*.rejects.ndjson"))]
    if rejected:
        told = ", ".join(f"{path.name} ({_lines(path)})" for path in rejected)
        yield look(
            "rejects",
            f"rows were not taken: {told}",
            f"each has its reason, in rejects and imports of {folder}; delete what was mended",
        )
    for loss in losses(folder):
        yield wrong("losses", loss.told, "as it says")


def _of_backups(settings: Settings) -> Finding:
    last = read_backup(settings.data_dir)
    if settings.storage.url is not None and last is None:
        return look(
            "backup",
            "people are in PostgreSQL, of which dumps are made with its own tools",
            "see docs/guides/backup.md; penchant backup saves keys, policies and the index",
        )
    if settings.backup.folder is None and last is None:
        return look("backup", "there is none", "set backup.folder, or call penchant backup FOLDER by a timetable")
    if last is None:
        return look("backup", "none was made yet", "penchant backup")
    if not last.ok:
        return wrong("backup", f"the last one failed, {last.at:%Y-%m-%d %H:%M}: {last.said}", "as it says")
    return ok("backup", f"the last one was made {last.at:%Y-%m-%d %H:%M}: {last.said}")


def _lines(path: Path) -> str:
    """How many there are."""
    try:
        with path.open("rb") as file:
            return f"{sum(1 for _ in file):,}"
    except OSError as error:
        return error.strerror or "it cannot be read"
