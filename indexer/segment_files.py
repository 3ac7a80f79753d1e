"""A segment on disk: vectors and their keys, written whole, published by one rename, never changed afterwards.

<folder>/segment-00000012-5f0c.../keys.npy, vectors.npy
<folder>/.writing-..., .removing-...                        under way, or left behind by a killed process; never read
"""

from __future__ import annotations

import logging
import os
import shutil
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from fcntl import LOCK_EX, LOCK_NB, flock
from pathlib import Path
from typing import Final
from uuid import uuid4

import numpy as np
from numpy.typing import NDArray

Vectors = NDArray[np.float32]
Keys = NDArray[np.bytes_]
KEY_TYPE: Final = np.dtype("S16")
ABANDONED_SECONDS: Final = 86_400.0
"""Age from which what is under way is taken for what a killed process left behind."""
_PREFIX: Final = "segment-"
_COPY_ROWS: Final = 65_536

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Segment:
    """One segment, opened.

    Attributes:
        path: its folder.
        keys: S16 [n], in the order in which they were written.
        vectors: float32 [n, d], a memory map.
        ascending: the keys in order.
        order: int64 [n], where each of these stands.
    """

    path: Path
    keys: Keys
    vectors: Vectors
    ascending: Keys
    order: NDArray[np.int64]


def segment_paths(folder: Path) -> list[Path]:
    """The published segments, oldest first."""
    return sorted(folder.glob(f"{_PREFIX}{'[0-9]' * 8}-*"))


def open_segment(path: Path, dimension: int) -> Segment | None:
    """A segment, or None when it is gone: merged by another process meanwhile, or damaged and discarded here."""
    try:
        keys = np.load(path / "keys.npy", allow_pickle=False)
        vectors = np.load(path / "vectors.npy", mmap_mode="r", allow_pickle=False)
        if (keys.dtype, vectors.dtype, vectors.shape) != (KEY_TYPE, np.float32, (len(keys), dimension)):
            raise ValueError(f"it holds {vectors.dtype} {vectors.shape} for {len(keys)} keys of {keys.dtype}")  # noqa: TRY301
    except (FileNotFoundError, ValueError, EOFError) as error:
        if path.exists():
            log.warning("discarding %s, whose vectors will be computed again: %s", path, error)
            discard(path)
        return None
    order = np.argsort(keys, kind="stable")
    return Segment(path, keys, vectors, keys[order], order)


def write_segment(folder: Path, keys: Keys, vectors: Vectors) -> Path:
    """Write and publish a segment; once this has returned it outlives any crash."""
    with _writing(folder) as writing:
        np.save(writing / "keys.npy", keys.astype(KEY_TYPE), allow_pickle=False)
        np.save(writing / "vectors.npy", vectors.astype(np.float32), allow_pickle=False)
        return _publish(writing)


def merge_segments(folder: Path, segments: Sequence[Segment]) -> Path:
    """Write and publish one segment with the vectors of several, each key once; the several stay where they are."""
    keys, kept = _distinct(segments)
    shape = (len(keys), segments[0].vectors.shape[1])
    with _writing(folder) as writing:
        np.save(writing / "keys.npy", keys, allow_pickle=False)
        merged = np.lib.format.open_memmap(writing / "vectors.npy", mode="w+", dtype=np.float32, shape=shape)
        end = 0
        for segment, rows in zip(segments, kept, strict=True):
            for block in np.split(rows, range(_COPY_ROWS, len(rows), _COPY_ROWS)):
                merged[end : end + len(block)] = segment.vectors[block]
                end += len(block)
        merged.flush()
        return _publish(writing)


def discard(path: Path) -> None:
    """Take a segment away in one step, unless another process already has."""
    removing = _under_way(path.parent, "removing")
    with suppress(FileNotFoundError):
        path.rename(removing)
        shutil.rmtree(removing)


def remove_abandoned(folder: Path) -> None:
    """Clear away what processes that were killed long ago left half done; who is alive holds theirs locked.

    The clock alone does not tell: it may have leapt.
    """
    for path in (*folder.glob(".writing-*"), *folder.glob(".removing-*")):
        with suppress(FileNotFoundError, BlockingIOError):
            if time.time() - path.stat().st_mtime > ABANDONED_SECONDS:
                with _locked(path):
                    shutil.rmtree(path)


@contextmanager
def _writing(folder: Path) -> Iterator[Path]:
    """A folder for a segment that is being written; whoever fails leaves it to be cleared away."""
    writing = _under_way(folder, "writing")
    writing.mkdir()
    with _locked(writing):
        yield writing


@contextmanager
def _locked(path: Path) -> Iterator[None]:
    """Hold a folder of its own.

    Raises:
        BlockingIOError: somebody else does.
    """
    descriptor = os.open(path, os.O_RDONLY)
    try:
        flock(descriptor, LOCK_EX | LOCK_NB)
        yield
    finally:
        os.close(descriptor)


def _distinct(segments: Sequence[Segment]) -> tuple[Keys, list[NDArray[np.intp]]]:
    """The keys of all segments, each once, and of each segment the rows to keep."""
    keys = np.concatenate([segment.keys for segment in segments])
    first = np.zeros(len(keys), dtype=np.bool_)
    first[np.unique(keys, return_index=True)[1]] = True
    bounds = np.cumsum([len(segment.keys) for segment in segments])[:-1]
    return keys[first], [np.flatnonzero(part) for part in np.split(first, bounds)]


def _publish(writing: Path) -> Path:
    """Give a complete segment its name, which no other segment has or had."""
    for path in (*writing.iterdir(), writing):
        _sync(path)
    folder = writing.parent
    number = max((int(path.name.split("-")[1]) for path in segment_paths(folder)), default=0) + 1
    published = writing.rename(folder / f"{_PREFIX}{number:08d}-{uuid4().hex[:12]}")
    _sync(folder)
    return published


def _under_way(folder: Path, doing: str) -> Path:
    return folder / f".{doing}-{uuid4().hex}"


def _sync(path: Path) -> None:
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
