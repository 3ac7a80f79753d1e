"""Restores a backup, and applies again what was decided after it: erasures, opt-outs, revoked keys.

Everything is made ready in a folder of its own; only then what is there is moved aside, and never removed.
"""

from __future__ import annotations

import shutil
from collections.abc import Callable, Sequence
from contextlib import closing
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Final

from app.access.keyfile import FILE as KEYS
from app.backup.backup import BackedUp, verify_backup
from app.backup.decisions import Reapplied, reapply, revoke
from app.backup.ledger import FILE as LEDGER
from app.backup.ledger import Entry, Ledger
from app.backup.manifest import BackupError, BackupManifest, backups_in
from app.folder_secret import folder_secret
from app.storage.database import FILE_NAME, in_use
from app.storage.duckdb import open_stores
from app.storage.service_address import service_address

ASIDE: Final = "before-restore-"
_OF_ANOTHER_KIND: Final = {
    True: "{backup} holds no people, who were in PostgreSQL: set storage.url",
    False: "{backup} holds people, and storage.url names PostgreSQL: leave that out, restore, then penchant migrate",
}
_WORK: Final = ".restoring-"
_STAYING: Final = {LEDGER, "embeddings"}
"""Of the data folder: the ledger itself, and vectors of texts, which are the same in every backup."""


@dataclass(frozen=True, slots=True)
class Restored:
    """What a restore did.

    Attributes:
        backup: which was restored.
        manifest: what it holds.
        aside: where what was there before is now; None where the folder was empty.
        reapplied: what was decided after it.
    """

    backup: Path
    manifest: BackupManifest
    aside: Path | None
    reapplied: Reapplied


def chosen(folder: Path) -> Path:
    """A backup, or the newest of a folder of backups.

    Raises:
        BackupError: there is none.
    """
    found = [folder] if (folder / "backup.json").exists() else backups_in(folder)
    if not found:
        raise BackupError(f"there is no backup in {folder}")
    return found[-1]


def restore(target: BackedUp, folder: Path, now: datetime, say: Callable[[str], None] = lambda _: None) -> Restored:
    """Put a backup in the place of a data folder.

    Args:
        target: the place.
        folder: a backup, or the folder of several, of which the newest is taken.
        now: the time.
        say: is told what is being done.

    Raises:
        BackupError: there is no backup, it is damaged, or the data folder is in use.
        StorageError: its database cannot be opened.
        OSError: there is no room.
    """
    backup, data_dir = chosen(folder), target.data_dir
    if in_use(data_dir / FILE_NAME) or (not target.has_people and service_address(data_dir)):
        raise BackupError(f"{data_dir} is in use: stop the service that runs on it first")
    say(f"comparing {backup} with its manifest")
    manifest = verify_backup(backup)
    if target.has_people != (manifest.events is not None):
        raise BackupError(_OF_ANOTHER_KIND[target.has_people].format(backup=backup))
    work = data_dir / f"{_WORK}{now:%Y%m%dT%H%M%SZ}"
    data_dir.mkdir(parents=True, exist_ok=True)
    for left in data_dir.glob(f"{_WORK}*"):
        shutil.rmtree(left)
    for name in manifest.files:
        (work / name).parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        shutil.copy(backup / name, work / name)
    later = Ledger(data_dir).since(manifest.created_at.timestamp(), backup.parent)
    say(f"applying {len(later):,} decisions that came after it")
    reapplied = _reapply(work, target, later, now.timestamp())
    return Restored(backup, manifest, _exchange(data_dir, work, now), reapplied)


def _reapply(work: Path, target: BackedUp, later: Sequence[Entry], now: float) -> Reapplied:
    """To what was made ready, with the keys of the data folder if they are there, else those of the backup."""
    if (target.data_dir / KEYS).exists():
        shutil.copy(target.data_dir / KEYS, work / KEYS)
        (work / KEYS).with_suffix(".lock").touch(mode=0o600)
    if not target.has_people:
        return Reapplied(0, 0, revoke(work, later))
    with closing(open_stores(work)) as stores:
        return reapply(stores, work, folder_secret(work), later, now)


def _exchange(data_dir: Path, work: Path, now: datetime) -> Path | None:
    """What is there goes aside, what was made ready takes its place."""
    aside = data_dir / f"{ASIDE}{now:%Y%m%dT%H%M%SZ}"
    there = [
        each for each in data_dir.iterdir() if each.name not in _STAYING and not each.name.startswith((_WORK, ASIDE))
    ]
    if there:
        aside.mkdir(mode=0o700)
        for each in there:
            each.rename(aside / each.name)
    for each in work.iterdir():
        each.rename(data_dir / each.name)
    work.rmdir()
    return aside if there else None
