"""Salvage: opens a database whose write-ahead log is damaged, keeps the damaged log, and says what is missing.

What was damaged stays on the disk under a name of its own, until an erasure has to leave nothing: it may hold anybody's
events.
"""

from __future__ import annotations

import logging
import os
import re
import shutil
from collections.abc import Callable
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final

import duckdb
import orjson
from duckdb import DuckDBPyConnection

from app.storage.errors import DatabaseDamagedError
from app.storage.witness import acknowledged, shortfall, wal_of

ASIDE: Final = ".damaged-"
FILE: Final = "losses.ndjson"
_ATTEMPTS: Final = 3
_NEW: Final = os.O_WRONLY | os.O_CREAT | os.O_EXCL
_IN_LOG: Final = re.compile(r"replaying WAL.*(?:Corrupt|checksum|deserialize)", re.DOTALL | re.IGNORECASE)
_AT_BYTE: Final = re.compile(r"entry at byte position (\d+)")
_IN_FILE: Final = re.compile(r"Corrupt database file|checksum|is not a valid DuckDB|not a DuckDB", re.IGNORECASE)

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Damage:
    """What was found when the database was opened.

    Attributes:
        what: is damaged.
        aside: where the damaged log is now, if there was one.
    """

    what: str
    aside: str | None


@dataclass(frozen=True, slots=True)
class Loss:
    """Acknowledged writes that were not there at a start.

    Attributes:
        at: when it was found, in RFC 3339.
        what: was damaged.
        aside: where the damaged log is now, if there was one.
        acknowledged: number of the last event that had been acknowledged.
        found: number of the last event that was there.
    """

    at: str
    what: str
    aside: str | None
    acknowledged: int
    found: int

    @property
    def told(self) -> str:
        """For a person to read."""
        lost = self.acknowledged - self.found
        events = (
            f"{lost:,} of {self.acknowledged:,} acknowledged events are missing" if lost > 0 else "no event is missing"
        )
        kept = f", the damaged log is kept as {self.aside}" if self.aside else ""
        return f"at {self.at} {self.what}: {events}, other writes may be{kept}; restore a backup, or delete {FILE}"


def opened(path: Path, connect: Callable[[], DuckDBPyConnection]) -> tuple[DuckDBPyConnection, Damage | None]:
    """The connection, and what is damaged, if anything; of a damaged log what stands before the damage is read.

    Raises:
        DatabaseDamagedError: the database file itself is damaged; nothing was changed.
    """
    what, written, told = shortfall(path), wal_of(path), acknowledged(path) is not None
    aside = _set_aside(written) if what else None
    for attempt in range(_ATTEMPTS):
        try:
            return connect(), Damage(what, aside) if what else None
        except duckdb.Error as error:
            said = str(error)
            if not _IN_LOG.search(said) or attempt == _ATTEMPTS - 1:
                raise of_file(path, error) or error from error
            aside = aside or _set_aside(written)
            _cut(written, said)
            if what is None and told:
                log.warning("%s ends in what was never acknowledged: kept as %s, and left out", written, aside)
            elif what is None:
                what = f"{written} is damaged ({said.splitlines()[0]})"
    raise AssertionError(_ATTEMPTS)


def tell(folder: Path, damage: Damage | None, acknowledged: int, found: int) -> None:
    """Write down and log what is missing, if anything is."""
    if damage is None and acknowledged <= found:
        return
    damage = damage or Damage("the database lacks what was acknowledged", None)
    at = datetime.now(UTC).isoformat(timespec="seconds")
    loss = Loss(at, damage.what, damage.aside, acknowledged, found)
    log.error("acknowledged writes are lost: %s", loss.told)
    try:
        with (folder / FILE).open("ab") as file:
            file.write(orjson.dumps(asdict(loss), option=orjson.OPT_APPEND_NEWLINE))
            file.flush()
            os.fsync(file.fileno())
    except OSError:
        log.exception("this loss cannot be written down")


def losses(folder: Path) -> list[Loss]:
    """All losses that were told and not yet dealt with, oldest first."""
    try:
        lines = (folder / FILE).read_bytes().splitlines()
    except FileNotFoundError:
        return []
    return [Loss(**_known(orjson.loads(line))) for line in lines if line]


def remove_aside(path: Path) -> None:
    """Remove damaged logs of a database file: an erasure leaves no byte of anybody."""
    for left in path.parent.glob(f"{wal_of(path).name}{ASIDE}*"):
        log.warning("an erasure removes a damaged log that was set aside: %s", left)
        left.unlink()


def _known(told: dict[str, Any]) -> dict[str, Any]:
    return {name: told[name] for name in Loss.__slots__}


def _set_aside(written: Path) -> str | None:
    """A copy of the log, since DuckDB writes on in it."""
    if not written.exists():
        return None
    number = 1
    while (copy := written.with_name(f"{written.name}{ASIDE}{number}")).exists():
        number += 1
    with written.open("rb") as source, os.fdopen(os.open(copy, _NEW, 0o600), "wb") as target:
        shutil.copyfileobj(source, target)
        target.flush()
        os.fsync(target.fileno())
    return str(copy)


def _cut(written: Path, said: str) -> None:
    """Leave of a log what stands before the entry that cannot be read."""
    at = _AT_BYTE.search(said)
    if at is not None and 0 < int(at[1]) < written.stat().st_size:
        os.truncate(written, int(at[1]))
    else:
        written.unlink()


def of_file(path: Path, error: duckdb.Error) -> DatabaseDamagedError | None:
    """What an error says of the database file; None where it is about something else."""
    said = str(error)
    if not _IN_FILE.search(said):
        return None
    return DatabaseDamagedError(
        f"{path} is damaged ({said.splitlines()[0]}): nothing was changed. Restore a backup with `penchant restore`"
    )
