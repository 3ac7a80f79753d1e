"""What a snapshot's files must be: their lengths and digests, and whether they still are."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from hashlib import blake2b
from os import cpu_count, stat_result
from pathlib import Path
from typing import Final, TypeAlias

from indexer.snapshot import FileRecord

_LOCKS: Final = ".tantivy-*.lock"
"""Of the lexical index: written by whoever opens it, and no part of it."""
_BLOCK: Final = 1 << 20
Stamps: TypeAlias = dict[str, tuple[int, int, int]]
"""Length, time of change and number of each file."""
_MOST_THREADS: Final = 4


def records(folder: Path) -> dict[str, FileRecord]:
    """What the files of a folder are now, by their paths in it."""
    return {path.relative_to(folder).as_posix(): record(path) for path in sorted(_files(folder))}


def record(path: Path) -> FileRecord:
    """What one file is now."""
    digest = blake2b(digest_size=16)
    with path.open("rb") as file:
        while block := file.read(_BLOCK):
            digest.update(block)
    return FileRecord(bytes=path.stat().st_size, blake2b=digest.hexdigest())


def stamps(folder: Path) -> Stamps:
    """What tells that a file of a folder was written to, without reading it; nothing of a folder that is gone."""
    return {path.relative_to(folder).as_posix(): _stamp(path.stat()) for path in _files(folder)}


def damaged(folder: Path, told: Mapping[str, FileRecord]) -> str | None:
    """The first file that is missing, or of another length or content than was told; None if all are whole.

    Files are read in some threads, since a digest is computed without holding the interpreter.

    Raises:
        OSError: a file cannot be read.
    """
    for name, wanted in told.items():
        if not (folder / name).exists() or (folder / name).stat().st_size != wanted.bytes:
            return name
    with ThreadPoolExecutor(min(cpu_count() or 1, _MOST_THREADS), "penchant-digests") as pool:
        found = pool.map(record, [folder / name for name in told])
        return next((name for name, each in zip(told, found, strict=True) if each != told[name]), None)


def _stamp(told: stat_result) -> tuple[int, int, int]:
    return told.st_size, told.st_mtime_ns, told.st_ino


def _files(folder: Path) -> Iterator[Path]:
    return (path for path in folder.rglob("*") if path.is_file() and not path.match(_LOCKS))
