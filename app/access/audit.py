"""The audit log: what operators did, a line for each action, appended to `audit.ndjson` in the data folder.

    {"at": "2026-11-22T10:00:00Z", "key_id": "3f9c1a2b4d5e", "action": "erase_user", "outcome": 200,
     "user": "5f0c...", "request_id": "8d1e..."}

A person is told apart by a digest under a secret of this folder (`audit.key`), so that an erased id can be looked up by
whoever knows it and holds the secret, and be read out of the log by nobody. No text of theirs is in it. So an erasure
leaves it as it is, and an export has the lines on its person.

A file that is large or old enough becomes `audit-<moment>.ndjson`, and stays so long as the settings say.
"""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from fcntl import LOCK_EX, flock
from hashlib import blake2b
from pathlib import Path
from typing import Any, Final

import orjson

from app.access.settings import AuditLogSettings
from app.folder_secret import folder_secret

FILE: Final = "audit.ndjson"
_FORMER: Final = "audit-{:%Y%m%dT%H%M%S.%fZ}.ndjson"
_EVERY_FORMER: Final = "audit-*.ndjson"
_OWNER_ONLY: Final = 0o600
_MEGABYTE: Final = 1 << 20
_HEAD: Final = len('{"at":"2026-11-22T10:00:00.123456Z"')


class AuditLog:
    """Appends to the audit log of a data folder; several processes may."""

    def __init__(self, data_dir: Path, settings: AuditLogSettings | None = None) -> None:
        self._secret = folder_secret(data_dir)
        self._folder, self._path = data_dir, data_dir / FILE
        self._settings = settings or AuditLogSettings()

    def record(self, action: str, *, key_id: str, outcome: int | str, user_id: str | None = None, **more: str) -> None:
        """Write down one action; it is on the disk when this returns. Blocks.

        Args:
            action: operation id of the endpoint, or what a command did.
            key_id: by which key; "" without keys.
            outcome: status of the answer, or what came of it.
            user_id: whom it concerned; only a digest is kept.
            more: further members, nothing personal.

        Raises:
            OSError: it cannot be written; nothing of the line is left.
        """
        now = datetime.now(UTC)
        line: dict[str, Any] = {"at": now, "key_id": key_id, "action": action, "outcome": outcome, **more}
        if user_id is not None:
            line["user"] = self.digest(user_id)
        with self._current(now) as file:
            _append(file, orjson.dumps(line, option=orjson.OPT_APPEND_NEWLINE | orjson.OPT_UTC_Z))
            if self._settings.sync:
                os.fsync(file)

    def lines_on(self, user_ids: Iterable[str]) -> Iterator[dict[str, Any]]:
        """The lines that concern one of some ids, oldest first; one that was broken off is passed over."""
        digests = {self.digest(user_id) for user_id in user_ids}
        for path in [*sorted(self._folder.glob(_EVERY_FORMER)), self._path]:
            if not path.exists():
                continue
            with path.open("rb") as file:
                yield from (line for line in _read(file) if line.get("user") in digests)

    def digest(self, user_id: str) -> str:
        """What stands for a person in this folder's log."""
        return blake2b(user_id.encode(), key=self._secret, digest_size=16).hexdigest()

    @contextmanager
    def _current(self, now: datetime) -> Iterator[int]:
        """The file that is appended to, locked; a new one where the former is full, or another process moved it."""
        while True:
            file = os.open(self._path, os.O_RDWR | os.O_APPEND | os.O_CREAT, _OWNER_ONLY)
            try:
                flock(file, LOCK_EX)
                if not self._is_current(file):
                    continue
                if self._full(file, now):
                    self._rotate(now)
                    continue
                os.fchmod(file, _OWNER_ONLY)
                yield file
                return
            finally:
                os.close(file)

    def _is_current(self, file: int) -> bool:
        try:
            return os.path.samestat(os.fstat(file), self._path.stat())
        except FileNotFoundError:
            return False

    def _full(self, file: int, now: datetime) -> bool:
        size = os.fstat(file).st_size
        if not size:
            return False
        return size >= self._settings.mb * _MEGABYTE or now - _began(file, now) >= timedelta(days=self._settings.days)

    def _rotate(self, now: datetime) -> None:
        self._path.rename(self._folder / _FORMER.format(now))
        if self._settings.keep_days is not None:
            oldest = _FORMER.format(now - timedelta(days=self._settings.keep_days))
            for path in self._folder.glob(_EVERY_FORMER):
                if path.name < oldest:
                    path.unlink()
        folder = os.open(self._folder, os.O_RDONLY)
        try:
            os.fsync(folder)
        finally:
            os.close(folder)


def _append(file: int, line: bytes) -> None:
    """All of a line or nothing; what a process that died left of its own is ended first."""
    size = os.fstat(file).st_size
    if size and os.pread(file, 1, size - 1) != b"\n":
        line = b"\n" + line
    try:
        while line:
            line = line[os.write(file, line) :]
    except OSError:
        os.ftruncate(file, size)
        raise


def _began(file: int, now: datetime) -> datetime:
    """When the first line was written; `now` where that cannot be read."""
    head = os.pread(file, _HEAD, 0).partition(b'"at":"')[2].partition(b'"')[0].decode(errors="replace")
    try:
        return datetime.fromisoformat(head)
    except ValueError:
        return now


def _read(lines: Iterable[bytes]) -> Iterator[dict[str, Any]]:
    for line in lines:
        try:
            yield orjson.loads(line)
        except orjson.JSONDecodeError:
            continue
