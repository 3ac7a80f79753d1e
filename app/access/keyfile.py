"""The file of keys: written by `penchant keys` while the service runs, and noticed by it with the next request.

DuckDB's file has one process, and keys must be made before the first start and revoked at any time. So they have a file
of their own, replaced as a whole, that only its owner can read.
"""

from __future__ import annotations

import fcntl
import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final, TypeVar

from pydantic import ValidationError

from app.access.keyring import Keyring

FILE: Final = "keys.json"
_OWNER_ONLY: Final = 0o600
_GONE: Final = (
    "{path} is gone, and there were keys: without it everybody at this machine would be let in without one. Bring it "
    "back from a backup, make new keys with `penchant keys create`, or delete {lock} beside it to do without keys"
)

Result = TypeVar("Result")
_Stamp = tuple[int, int, int]


class KeyFileError(Exception):
    """The file of keys is there, and cannot be read."""


class KeyFile:
    """The keys of a data folder."""

    def __init__(self, data_dir: Path) -> None:
        self.path = data_dir / FILE
        self._stamp: _Stamp | None = None
        self._keyring = Keyring()

    def current(self) -> Keyring:
        """The keys as they are now; read again only where the file was replaced.

        Raises:
            KeyFileError: it cannot be read, or is gone. No key is good then, not even one that was.
        """
        stamp = self._stamped()
        if stamp is None and self._lock.exists():
            raise KeyFileError(_GONE.format(path=self.path, lock=self._lock.name))
        if stamp != self._stamp:
            self._keyring = self._read()
            self._stamp = stamp
        return self._keyring

    def change(self, change: Callable[[Keyring], tuple[Keyring, Result]]) -> Result:
        """Replace the keys by changed ones; other writers wait.

        Raises:
            KeyFileError: the file cannot be read.
        """
        self.path.parent.mkdir(parents=True, exist_ok=True)
        with self._alone():
            changed, result = change(self._read())
            self._write(changed)
        return result

    @property
    def _lock(self) -> Path:
        """Made with the first key, and never taken away."""
        return self.path.with_suffix(".lock")

    def _stamped(self) -> _Stamp | None:
        try:
            found = self.path.stat()
        except FileNotFoundError:
            return None
        return found.st_mtime_ns, found.st_ino, found.st_size

    def _read(self) -> Keyring:
        try:
            return Keyring.model_validate_json(self.path.read_bytes())
        except FileNotFoundError:
            return Keyring()
        except (OSError, ValidationError) as error:
            reason = error.strerror if isinstance(error, OSError) else "it is not what `penchant keys` writes"
            raise KeyFileError(f"{self.path} cannot be read: {reason}") from error

    def _write(self, keyring: Keyring) -> None:
        """Beside, and then in place: readers see the old keys or the new ones, and a crash leaves either."""
        beside = self.path.with_suffix(".new")
        beside.unlink(missing_ok=True)
        descriptor = os.open(beside, os.O_WRONLY | os.O_CREAT | os.O_EXCL, _OWNER_ONLY)
        with os.fdopen(descriptor, "w") as file:
            file.write(keyring.model_dump_json(indent=2))
            file.flush()
            os.fsync(file.fileno())
        beside.replace(self.path)

    @contextmanager
    def _alone(self) -> Iterator[None]:
        descriptor = os.open(self._lock, os.O_WRONLY | os.O_CREAT, _OWNER_ONLY)
        with os.fdopen(descriptor, "w") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            yield
