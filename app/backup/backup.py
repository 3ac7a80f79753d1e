"""Makes a backup of a data folder, whether or not a service writes to it.

Each backup is a folder of its own, complete, and becomes visible by one rename. A file that has not changed since the
backup before is a hard link to it there, so that a further backup costs little more than the database.
"""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Final

from app.backup.ledger import FILE as LEDGER
from app.backup.manifest import FILE, BackedUpFile, BackupError, BackupManifest, backups_in, read_manifest
from app.storage.database import FILE_NAME
from app.storage.database_copy import copy_database
from app.storage.settled import settle
from indexer.folder_lock import sole
from indexer.snapshot_digests import damaged, record
from indexer.snapshot_files import CURRENT, SnapshotFolder

UNFINISHED: Final = ".unfinished-"
_WITHOUT: Final = {
    *("embeddings", "log_copy", "rejects", "service.json", "snapshots"),
    *(LEDGER, "losses.ndjson", "last_backup.json"),
}
"""Of the data folder: caches, what is only there while a service runs, and what belongs to this folder alone."""
_PASSING: Final = (FILE_NAME, "verifying-", "before-restore-", ".")
_ENDINGS: Final = (".rejects.ndjson", ".new", ".unfinished", ".lock")

Say = Callable[[str], None]


@dataclass(frozen=True, slots=True)
class BackedUp:
    """What is backed up.

    Attributes:
        data_dir: a data folder.
        has_people: whether people are in its database; dumps of another one are made with that one's own tools.
    """

    data_dir: Path
    has_people: bool = True


@dataclass(frozen=True, slots=True)
class Made:
    """A backup that was made.

    Attributes:
        path: where.
        manifest: what it holds.
        copied: files that had to be copied.
        copied_bytes: of them.
    """

    path: Path
    manifest: BackupManifest
    copied: int
    copied_bytes: int


def make_backup(source: BackedUp, folder: Path, now: datetime, keep: int, say: Say = lambda _: None) -> Made:
    """Make a backup and remove all but the newest ones.

    Args:
        source: of what.
        folder: of the backups; made if it is not there.
        now: the time.
        keep: how many are to stay.
        say: is told what is being done.

    Raises:
        BackupError: there is nothing to back up, or another process makes a backup there.
        DatabaseCopyError: the database was rewritten all the time.
        OSError: there is no room, or a file cannot be read.
    """
    _check(source, folder)
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    with sole(folder, BackupError(f"another process makes a backup in {folder}")):
        for left in folder.glob(f"{UNFINISHED}*"):
            shutil.rmtree(left)
        work = folder / f"{UNFINISHED}{now:%Y%m%dT%H%M%S%fZ}"
        work.mkdir(mode=0o700)
        made = _Making(source, work, now, say).make(next(reversed(backups_in(folder)), None))
        place = folder / work.name.removeprefix(UNFINISHED)
        work.rename(place)
        _sync(folder)
        for old in backups_in(folder)[:-keep]:
            say(f"removing {old}")
            shutil.rmtree(old)
    return Made(place, made.manifest, made.copied, made.copied_bytes)


def verify_backup(backup: Path) -> BackupManifest:
    """Compare every file of a backup with its manifest.

    Raises:
        BackupError: it cannot be read, or a file is missing or is not what it was.
    """
    manifest = read_manifest(backup)
    if name := damaged(backup, {name: told.record for name, told in manifest.files.items()}):
        raise BackupError(f"{backup} is damaged: {name} is not what its manifest says. Take another backup")
    return manifest


class _Making:
    def __init__(self, source: BackedUp, work: Path, now: datetime, say: Say) -> None:
        self._data_dir, self._has_people = source.data_dir, source.has_people
        self._work, self._now, self._say = work, now, say
        self._files: dict[str, BackedUpFile] = {}
        self._copied = self._bytes = 0

    def make(self, before: Path | None) -> Made:
        """Everything into the working folder, the manifest last."""
        known = _known(before)
        events = self._database(before, known) if self._has_people else None
        snapshot = SnapshotFolder(self._data_dir / "snapshots").current_id()
        for path in sorted(_wanted(self._data_dir, snapshot)):
            self._take(path, before, known)
        if snapshot is not None:
            self._write(f"snapshots/{CURRENT}", snapshot.encode())
        manifest = BackupManifest(created_at=self._now, events=events, snapshot=snapshot, files=self._files)
        (self._work / FILE).write_text(manifest.model_dump_json(indent=2))
        _sync(self._work / FILE)
        _sync(self._work)
        return Made(self._work, manifest, self._copied, self._bytes)

    def _database(self, before: Path | None, known: dict[str, BackedUpFile]) -> int:
        """Number of the last event."""
        source, copy = self._data_dir / FILE_NAME, self._work / FILE_NAME
        stamp = " ".join(_stamp(each) for each in (source, source.with_name(f"{FILE_NAME}.wal")))
        if before is not None and FILE_NAME in known and known[FILE_NAME].stamp == stamp:
            self._link(before / FILE_NAME, copy, known[FILE_NAME])
            return read_manifest(before).events or 0
        self._say("copying the database")
        copy_database(source, self._work)
        events = settle(copy)
        self._note(copy, stamp)
        return events

    def _take(self, path: Path, before: Path | None, known: dict[str, BackedUpFile]) -> None:
        name, stamp = path.relative_to(self._data_dir).as_posix(), _stamp(path)
        copy = self._work / name
        copy.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        if before is not None and name in known and known[name].stamp == stamp:
            self._link(before / name, copy, known[name])
            return
        self._say(f"copying {name}")
        shutil.copyfile(path, copy)
        copy.chmod(path.stat().st_mode & 0o777)
        self._note(copy, stamp)

    def _link(self, held: Path, copy: Path, told: BackedUpFile) -> None:
        try:
            copy.hardlink_to(held)
        except OSError:  # a file system without hard links
            shutil.copy(held, copy)
        self._files[copy.relative_to(self._work).as_posix()] = told

    def _write(self, name: str, content: bytes) -> None:
        copy = self._work / name
        copy.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        copy.write_bytes(content)
        self._note(copy, "")

    def _note(self, copy: Path, stamp: str) -> None:
        _sync(copy)
        told = record(copy)
        self._files[copy.relative_to(self._work).as_posix()] = BackedUpFile(**told.model_dump(), stamp=stamp)
        self._copied, self._bytes = self._copied + 1, self._bytes + told.bytes


def _known(before: Path | None) -> dict[str, BackedUpFile]:
    """Files of the backup before; of one that cannot be read, none."""
    try:
        return read_manifest(before).files if before else {}
    except BackupError:
        return {}


def _wanted(data_dir: Path, snapshot: str | None) -> Iterator[Path]:
    for top in data_dir.iterdir():
        if top.name in _WITHOUT or top.name.startswith(_PASSING):
            continue
        yield from (path for path in ([top] if top.is_file() else top.rglob("*")) if _lasting(path))
    for folder in [data_dir / "snapshots" / snapshot] if snapshot else []:
        yield from (path for path in folder.rglob("*") if path.is_file() and not path.match(".tantivy-*.lock"))


def _lasting(path: Path) -> bool:
    return path.is_file() and not path.name.endswith(_ENDINGS) and not path.name.startswith(".")


def _stamp(path: Path) -> str:
    """Length, time and place of a file, by which it is known whether it is another one."""
    try:
        status = path.stat()
    except FileNotFoundError:
        return "-"
    return f"{status.st_size}-{status.st_mtime_ns}-{status.st_ino}"


def _check(source: BackedUp, folder: Path) -> None:
    needed = source.data_dir / FILE_NAME if source.has_people else source.data_dir
    if not needed.exists():
        raise BackupError(f"there is nothing to back up: there is no {needed}")
    if folder.resolve().is_relative_to(source.data_dir.resolve()):
        raise BackupError(f"{folder} is in the data folder itself: name a folder elsewhere, best on another disk")


def _sync(path: Path) -> None:
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
