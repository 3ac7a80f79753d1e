"""The ledger: decisions that a restore of an older backup would undo, kept apart from what it restores.

A line for each erasure, return, opt-out, opt-in and revoked key. People stand in it by a digest under the secret of the
data folder, never by their id. It is written to the data folder and, where one is set, to the folder of the backups, so
that it outlives either; lines from before the oldest backup are dropped with the next one.
"""

from __future__ import annotations

import os
from collections.abc import Iterable
from pathlib import Path
from typing import Final, Literal

from pydantic import ValidationError

from models.config import Config

FILE: Final = "ledger.ndjson"
Kind = Literal["erased", "returned", "opted_out", "opted_in", "key_revoked"]
_OWNER_ONLY: Final = 0o600


class Entry(Config):
    """One decision."""

    at: float
    """When, in seconds since 1970 by the machine's clock."""
    kind: Kind
    subject: str
    """Digest of a person's id, or the id of a key."""
    until: float | None = None
    """Until when what arrives of an erased person is refused."""


class Ledger:
    """The ledger of a data folder.

    Args:
        data_dir: the folder.
        backups: where its backups are, if that is set.
    """

    def __init__(self, data_dir: Path, backups: Path | None = None) -> None:
        self._folders = [data_dir, *([backups] if backups else [])]

    def add(self, entry: Entry) -> None:
        """Write a decision down; it is on the disk of the data folder when this returns.

        Raises:
            OSError: it cannot be written to the data folder; a folder of backups may be away for a while.
        """
        for place, folder in enumerate(self._folders):
            try:
                _append(folder / FILE, entry)
            except OSError:
                if not place:
                    raise

    def since(self, moment: float, *more: Path) -> list[Entry]:
        """Decisions from a moment on, each once, in their order; `more` are further folders to look into."""
        found = {each: None for folder in (*self._folders, *more) for each in _read(folder / FILE) if each.at >= moment}
        return sorted(found, key=lambda each: each.at)

    def drop_before(self, moment: float) -> None:
        """Drop what no restore needs any more, and bring the folders in step."""
        staying = self.since(moment)
        for folder in self._folders:
            if folder.is_dir():
                _replace(folder / FILE, staying)


def _append(path: Path, entry: Entry) -> None:
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_APPEND, _OWNER_ONLY)
    with os.fdopen(descriptor, "ab") as file:
        file.write(entry.model_dump_json(exclude_none=True).encode() + b"\n")
        file.flush()
        os.fsync(file.fileno())


def _read(path: Path) -> Iterable[Entry]:
    """A line that was cut by a crash is passed over: what it says was not acknowledged."""
    try:
        lines = path.read_bytes().splitlines()
    except (FileNotFoundError, NotADirectoryError):
        return
    for line in lines:
        try:
            yield Entry.model_validate_json(line)
        except ValidationError:
            continue


def _replace(path: Path, entries: Iterable[Entry]) -> None:
    beside = path.with_name(f".{FILE}-{os.getpid()}")
    beside.unlink(missing_ok=True)
    beside.touch(mode=_OWNER_ONLY)
    for entry in entries:
        _append(beside, entry)
    beside.replace(path)
