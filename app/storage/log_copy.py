"""A sorted copy of the log beside the database, so that a start need not read and sort the log.

It holds the events up to a number, person by person, and the digests of all ids up to there, as arrays that are mapped.
It is a cache and nothing more: what it was made of is told by a fingerprint, for which the database is asked whenever
the copy is opened. Of a log that says anything else by then, because something was forgotten, merged or deleted, the
copy is not used. When the database is freed of the bytes of what was deleted, the copy goes too.
"""

from __future__ import annotations

import os
import shutil
import zlib
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, fields
from itertools import pairwise
from pathlib import Path
from typing import Any, Final, Literal, Self

import numpy as np
from numpy.typing import NDArray

from app.storage.rows import LoggedColumns, LoggedPeople
from models.columns import StringColumn
from models.config import Config

FOLDER: Final = "log_copy"
_MANIFEST: Final = "manifest.json"
_BLOCK: Final = 1 << 20
_COLUMNS: Final = ("sequence", "item_codes", "codes", "values", "times")

Fingerprint = tuple[int, int]
"""How many events there are, and the exclusive or of a hash of each."""


class Manifest(Config):
    """What a copy is of.

    Attributes:
        version: 2 since the digests are of a person too.
        through: events up to this number are in it.
        fingerprint: of these events, as the database told it.
        checksums: CRC-32 of each file.
    """

    version: Literal[2] = 2
    through: int
    fingerprint: Fingerprint
    checksums: dict[str, int]


@dataclass(frozen=True, slots=True)
class KnownDigests:
    """Digests, ascending, and the number of the event of each."""

    digests: NDArray[np.uint64]
    sequences: NDArray[np.int64]


NOTHING_KNOWN: Final = KnownDigests(np.empty(0, dtype=np.uint64), np.empty(0, dtype=np.int64))


@dataclass(frozen=True, slots=True)
class LogCopy:
    """What a copy holds.

    Attributes:
        fingerprint: of the events in it.
        people: everybody's events.
        known: of event ids.
        shown: of what impressions tell.
    """

    fingerprint: Fingerprint
    people: LoggedPeople
    known: KnownDigests
    shown: KnownDigests

    @classmethod
    def open(cls, folder: Path, fingerprint: Callable[[int], Fingerprint]) -> Self | None:
        """The copy in a folder, mapped; None where there is none that is whole and tells what the log tells.

        Args:
            folder: of the database.
            fingerprint: the log's own, up to a number.
        """
        place = folder / FOLDER
        try:
            manifest = Manifest.model_validate_json((place / _MANIFEST).read_bytes())
            whole = all(_checksum(place / name) == told for name, told in manifest.checksums.items())
        except (OSError, ValueError):
            return None
        if not whole or fingerprint(manifest.through) != manifest.fingerprint:
            return None
        arrays = {name: np.load(place / name, mmap_mode="c") for name in manifest.checksums}
        return cls._of(manifest, {name.removesuffix(".npy"): each for name, each in arrays.items()})

    def write(self, folder: Path) -> None:
        """Put the copy in place of the one that is there.

        Raises:
            OSError: it cannot be written.
        """
        new = folder / f"{FOLDER}.new"
        shutil.rmtree(new, ignore_errors=True)
        new.mkdir(mode=0o700)
        arrays = self._arrays()
        for name, array in arrays.items():
            with (new / f"{name}.npy").open("wb") as file:
                np.save(file, array)
                os.fsync(file.fileno())
        checksums = {path.name: _checksum(path) for path in sorted(new.iterdir())}
        manifest = Manifest(through=self.people.through, fingerprint=self.fingerprint, checksums=checksums)
        (new / _MANIFEST).write_text(manifest.model_dump_json())
        remove(folder)
        new.rename(folder / FOLDER)

    def _arrays(self) -> dict[str, NDArray[Any]]:
        people = self.people
        arrays: dict[str, NDArray[Any]] = {name: getattr(people, name) for name in (*_COLUMNS, "offsets")}
        for name, ids in (("users", people.users), ("items", people.items)):
            arrays |= {f"{name}_{part}": array for part, array in StringColumn.build(ids).arrays().items()}
        for name, known in (("known", self.known), ("shown", self.shown)):
            arrays |= {f"{name}_{each.name}": getattr(known, each.name) for each in fields(known)}
        return arrays

    @classmethod
    def _of(cls, manifest: Manifest, arrays: Mapping[str, NDArray[Any]]) -> Self:
        users, items = (_texts(arrays, name) for name in ("users", "items"))
        columns = {name: arrays[name] for name in _COLUMNS}
        known, shown = (
            KnownDigests(arrays[f"{name}_digests"], arrays[f"{name}_sequences"]) for name in ("known", "shown")
        )
        people = LoggedPeople(manifest.through, users, arrays["offsets"], items, **columns)
        return cls(manifest.fingerprint, people, known, shown)


def remove(folder: Path) -> None:
    """Remove the copy of a folder, if there is one."""
    shutil.rmtree(folder / FOLDER, ignore_errors=True)


def joined(parts: Iterator[LoggedColumns]) -> LoggedColumns:
    """Consecutive parts of a log as one, with ids of its own."""
    users, items = dict[str, int](), dict[str, int]()
    told: dict[str, list[NDArray[Any]]] = {each.name: [] for each in fields(LoggedColumns)}
    for part in parts:
        for names, codes, ids in ((users, "user_codes", part.users), (items, "item_codes", part.items)):
            own = np.array([names.setdefault(each, len(names)) for each in ids], dtype=np.int32)
            told[codes].append(own[getattr(part, codes)])
        for name in ("sequence", "codes", "values", "times"):
            told[name].append(getattr(part, name))
    columns = {name: np.concatenate(arrays) for name, arrays in told.items() if arrays}
    return LoggedColumns(users=list(users), items=list(items), **columns)


def _texts(arrays: Mapping[str, NDArray[Any]], name: str) -> list[str]:
    offsets, payload = arrays[f"{name}_offsets"].tolist(), arrays[f"{name}_payload"].tobytes()
    return [payload[start:end].decode() for start, end in pairwise(offsets)]


def _checksum(path: Path) -> int:
    checksum = 0
    with path.open("rb") as file:
        while block := file.read(_BLOCK):
            checksum = zlib.crc32(block, checksum)
    return checksum
