"""Restores a backup, and applies again what was decided after it: erasures, opt-outs, revoked keys.

Everything is made ready in a folder of its own; only then what is there is moved aside, and never removed.
"""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

from app.access.keyfile import FILE as KEYS
from app.access.keyfile import KeyFile
from app.access.keyring import Keyring
from app.backup.backup import verify_backup
from app.backup.ledger import FILE as LEDGER
from app.backup.ledger import Entry, Ledger
from app.backup.manifest import BackupError, BackupManifest, backups_in
from app.folder_secret import folder_secret
from app.serving.control_decisions import ControlDecisions
from app.storage.database import FILE_NAME, in_use
from app.storage.duckdb import open_stores
from app.storage.protocols import Stores
from app.storage.rows import ErasedId

ASIDE: Final = "before-restore-"
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
        erasures: of people, applied again; they are finished when the service starts, before it serves.
        opt_outs: of people, applied again.
        revoked: keys that stay revoked.
    """

    backup: Path
    manifest: BackupManifest
    aside: Path | None
    erasures: int
    opt_outs: int
    revoked: int


def chosen(folder: Path) -> Path:
    """A backup, or the newest of a folder of backups.

    Raises:
        BackupError: there is none.
    """
    found = [folder] if (folder / "backup.json").exists() else backups_in(folder)
    if not found:
        raise BackupError(f"there is no backup in {folder}")
    return found[-1]


def restore(data_dir: Path, folder: Path, now: datetime, say: Callable[[str], None] = lambda _: None) -> Restored:
    """Put a backup in the place of a data folder.

    Args:
        data_dir: the place.
        folder: a backup, or the folder of several, of which the newest is taken.
        now: the time.
        say: is told what is being done.

    Raises:
        BackupError: there is no backup, it is damaged, or the data folder is in use.
        StorageError: its database cannot be opened.
        OSError: there is no room.
    """
    backup = chosen(folder)
    if in_use(data_dir / FILE_NAME):
        raise BackupError(f"{data_dir} is in use: stop the service that runs on it first")
    say(f"comparing {backup} with its manifest")
    manifest = verify_backup(backup)
    work = data_dir / f"{_WORK}{now:%Y%m%dT%H%M%SZ}"
    data_dir.mkdir(parents=True, exist_ok=True)
    for left in data_dir.glob(f"{_WORK}*"):
        shutil.rmtree(left)
    for name in manifest.files:
        (work / name).parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        shutil.copy(backup / name, work / name)
    later = Ledger(data_dir).since(manifest.created_at.timestamp(), backup.parent)
    say(f"applying {len(later):,} decisions that came after it")
    erasures, opt_outs = _apply(work, later, now.timestamp())
    revoked = _revoke(work, data_dir, later)
    return Restored(backup, manifest, _exchange(data_dir, work, now), erasures, opt_outs, revoked)


def _apply(work: Path, later: Iterable[Entry], now: float) -> tuple[int, int]:
    """Erasures and opt-outs, of each person what was decided last."""
    erased = {each.subject: each for each in later if each.kind in {"erased", "returned"}}
    opted = {each.subject: each for each in later if each.kind in {"opted_out", "opted_in"}}
    stores = open_stores(work)
    try:
        for entry in (each for each in later if each.kind == "erased"):
            last = erased[entry.subject]
            returned = last.at if last.kind == "returned" else None
            until = entry.until or entry.at
            stores.identities.put_erased(ErasedId(entry.subject, entry.at, until, returned, unfinished=True)).result()
        out = [each.subject for each in opted.values() if each.kind == "opted_out"]
        return len({each.subject for each in later if each.kind == "erased"}), _opt_out(stores, work, out, now)
    finally:
        stores.close()


def _opt_out(stores: Stores, work: Path, digests: Iterable[str], now: float) -> int:
    wanted, decisions = set(digests), ControlDecisions(stores, folder_secret(work))
    found = [each for each in stores.identities.known_ids() if decisions.digest(each) in wanted] if wanted else []
    for user_id in found:
        stores.users.set_personalization(user_id, False, now).result()
    return len(found)


def _revoke(work: Path, data_dir: Path, later: Iterable[Entry]) -> int:
    """The keys of the data folder if they are there, else those of the backup without those that were revoked since."""
    if (data_dir / KEYS).exists():
        shutil.copy(data_dir / KEYS, work / KEYS)
        (work / KEYS).with_suffix(".lock").touch(mode=0o600)
    gone = {each.subject: datetime.fromtimestamp(each.at, UTC) for each in later if each.kind == "key_revoked"}
    if not (work / KEYS).exists():
        return 0

    def without(keyring: Keyring) -> tuple[Keyring, int]:
        found = [each for each in keyring.active if each.key_id in gone]
        for each in found:
            keyring = keyring.without(each.key_id, gone[each.key_id])
        return keyring, len(found)

    return KeyFile(work).change(without)


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
