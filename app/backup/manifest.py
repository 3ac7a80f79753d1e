"""What a backup holds, so that it can be compared before it is trusted."""

from __future__ import annotations

from pathlib import Path
from typing import Final

from pydantic import AwareDatetime, ValidationError

from indexer.snapshot import FileRecord
from models.config import Config

FILE: Final = "backup.json"


class BackupError(Exception):
    """A backup cannot be made or restored; the message says why, and what to do."""


class BackedUpFile(Config):
    """One file of a backup.

    Attributes:
        bytes: its length.
        blake2b: its digest.
        stamp: of the file that it was made of, by which it is known whether that has changed since.
    """

    bytes: int
    blake2b: str
    stamp: str

    @property
    def record(self) -> FileRecord:
        """What the file must be."""
        return FileRecord(bytes=self.bytes, blake2b=self.blake2b)


class BackupManifest(Config):
    """What a backup holds."""

    version: int = 1
    created_at: AwareDatetime
    """When it was begun: whatever was acknowledged before is in it."""
    events: int | None
    """Number of its last event; None where people are in another database."""
    snapshot: str | None
    """The index in service then."""
    files: dict[str, BackedUpFile]


def read_manifest(backup: Path) -> BackupManifest:
    """The manifest of one backup.

    Raises:
        BackupError: there is none that can be read.
    """
    try:
        return BackupManifest.model_validate_json((backup / FILE).read_bytes())
    except (OSError, ValidationError) as error:
        raise BackupError(f"{backup} is no backup that can be read: {str(error).splitlines()[0]}") from error


def backups_in(folder: Path) -> list[Path]:
    """All complete backups of a folder, oldest first."""
    return sorted(path.parent for path in folder.glob(f"[!.]*/{FILE}"))
