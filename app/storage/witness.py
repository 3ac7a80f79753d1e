"""The witness: how much was acknowledged, told outside the database and its write-ahead log.

A commit is durable once it stands in the write-ahead log. Of a log that was cut, changed or removed DuckDB reads what
is left, if anything, and complains of nothing. So after each commit the writer notes in a small file how much log there
is, the checksum of it, and the number of the last event. It reads back what the commit added, and does not wait for the
disk more than once a second: a process that is killed loses nothing of the note; after a power cut it may be older than
the log, and then tells less, never more, than was committed.
"""

from __future__ import annotations

import logging
import os
import zlib
from dataclasses import dataclass
from pathlib import Path
from struct import Struct, error
from time import monotonic
from typing import Final

SUFFIX: Final = ".witness"
_FORM: Final = Struct("<QQIQ")
_CHECKSUM: Final = Struct("<I")
_HEADERS: Final = (4096 + 8, 8192 + 8)
"""Where the two headers of a DuckDB file count its checkpoints, behind a checksum each; the higher one is valid."""
_COUNT: Final = Struct("<Q")
_ANY: Final = (1 << 64) - 1
_BLOCK: Final = 1 << 20
_SYNC_SECONDS: Final = 1.0

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Acknowledged:
    """What had been committed when it was noted.

    Attributes:
        checkpoints: that the database file had had; with more of them the log begins anew.
        log_bytes: length of the write-ahead log.
        log_checksum: CRC-32 of it.
        events: number of the last event.
    """

    checkpoints: int
    log_bytes: int
    log_checksum: int
    events: int


def acknowledged(database: Path) -> Acknowledged | None:
    """What the witness of a database file says; None where there is none that can be read."""
    try:
        content = _place(database).read_bytes()
        told = Acknowledged(*_FORM.unpack_from(content))
        (checksum,) = _CHECKSUM.unpack_from(content, _FORM.size)
    except (FileNotFoundError, error):
        return None
    return told if checksum == zlib.crc32(content[: _FORM.size]) else None


def shortfall(database: Path) -> str | None:
    """What is not on the disk as it was acknowledged, before the database is opened; None where nothing is missing."""
    told = acknowledged(database)
    if told is None or told.checkpoints == _ANY:
        return None
    checkpoints = _checkpoints_of(database)
    if checkpoints < told.checkpoints:
        return f"{database} is older than what was acknowledged, or gone"
    return _shortfall_of_log(wal_of(database), told) if checkpoints == told.checkpoints and told.log_bytes else None


def _shortfall_of_log(written: Path, told: Acknowledged) -> str | None:
    length = written.stat().st_size if written.exists() else 0
    if length < told.log_bytes:
        return f"{written} has {length:,} of the {told.log_bytes:,} bytes that were acknowledged"
    with written.open("rb") as file:
        same = _checksum(file.fileno(), 0, told.log_bytes, 0) == told.log_checksum
    return None if same else f"{written} is not what was written: its checksum is another"


def wal_of(database: Path) -> Path:
    """Where DuckDB keeps the write-ahead log of a database file."""
    return database.with_name(f"{database.name}.wal")


class Witness:
    """Notes what was committed; for the writer's thread.

    Args:
        database: the file, open.
        events: number of its last event.
    """

    def __init__(self, database: Path, events: int) -> None:
        self._database = database
        self._committed = self._reached = events
        self._log_path = str(wal_of(database))
        self._bytes = self._sum = 0
        self._noted = (-1, -1)
        self._synced = -_SYNC_SECONDS
        self._failing = False
        self._file = os.open(_place(database), os.O_RDWR | os.O_CREAT, 0o600)
        self._headers = os.open(database, os.O_RDONLY)  # closing it sooner would end DuckDB's lock on the file
        self.note()

    def reach(self, events: int) -> None:
        """The transaction under way has numbered events up to this one."""
        self._reached = max(self._reached, events)

    def commit(self) -> None:
        """The transaction is durable."""
        self._committed = self._reached
        self.note()

    def roll_back(self) -> None:
        """The transaction has failed."""
        self._reached = self._committed

    def note(self) -> None:
        """Say what is committed; that it cannot be said fails nothing, since the older note remains true."""
        try:
            self._write(Acknowledged(self._checkpoints(), *self._log(), self._committed))
            self._failing = False
        except OSError as problem:
            if not self._failing:
                log.warning("the witness of what was committed cannot be written: %s", problem)
            self._failing = True

    def suspend(self) -> None:
        """The file is about to be another one: until the next note only events are told."""
        self._write(Acknowledged(_ANY, 0, 0, self._committed))
        os.fdatasync(self._file)

    def follow(self) -> None:
        """The file is another one now, and open."""
        os.close(self._headers)
        self._headers = os.open(self._database, os.O_RDONLY)
        self._bytes = self._sum = 0
        self._noted = (-1, -1)
        self.note()

    def close(self) -> None:
        """Let go of the files, once the database is closed."""
        for each in (self._headers, self._file):
            if each >= 0:
                os.close(each)
        self._headers = self._file = -1

    def _write(self, told: Acknowledged) -> None:
        content = _FORM.pack(told.checkpoints, told.log_bytes, told.log_checksum, told.events)
        os.pwrite(self._file, content + _CHECKSUM.pack(zlib.crc32(content)), 0)
        if monotonic() - self._synced >= _SYNC_SECONDS:
            os.fdatasync(self._file)
            self._synced = monotonic()

    def _checkpoints(self) -> int:
        return max(_count(os.pread(self._headers, _COUNT.size, place)) for place in _HEADERS)

    def _log(self) -> tuple[int, int]:
        """Length and checksum of the write-ahead log, of which only what was added is read."""
        try:
            written = os.open(self._log_path, os.O_RDONLY)
        except FileNotFoundError:
            self._bytes = self._sum = 0
            return 0, 0
        try:
            status = os.fstat(written)
            same = (status.st_ino, self._checkpoints())
            if same != self._noted or status.st_size < self._bytes:
                self._noted, self._bytes, self._sum = same, 0, 0
            self._sum = _checksum(written, self._bytes, status.st_size, self._sum)
            self._bytes = status.st_size
        finally:
            os.close(written)
        return self._bytes, self._sum


def _place(database: Path) -> Path:
    return database.with_name(database.name + SUFFIX)


def _checkpoints_of(database: Path) -> int:
    """0 of a file that is not there."""
    try:
        with database.open("rb") as file:
            content = file.read(_HEADERS[-1] + _COUNT.size)
    except FileNotFoundError:
        return 0
    return max(_count(content[place : place + _COUNT.size]) for place in _HEADERS)


def _count(content: bytes) -> int:
    return int.from_bytes(content, "little")


def _checksum(file: int, start: int, end: int, checksum: int) -> int:
    """CRC-32 of a part of a file, going on from that of the part before."""
    while start < end and (block := os.pread(file, min(_BLOCK, end - start), start)):
        checksum, start = zlib.crc32(block, checksum), start + len(block)
    return checksum
