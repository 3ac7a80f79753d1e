"""Vectors by key, kept on disk in segments and found without reading them.

Several processes and threads may use one folder: each publishes segments under names of its own, and one at a time
takes segments away, so that no merge brings back what was forgotten. The worst that a crash leaves behind is a vector
that is kept twice, until the next merge.
"""

from __future__ import annotations

from pathlib import Path
from typing import Final

import numpy as np
from numpy.typing import NDArray

from indexer.folder_lock import sole
from indexer.segment_files import (
    KEY_TYPE,
    Keys,
    Segment,
    Vectors,
    discard,
    merge_segments,
    open_segment,
    remove_abandoned,
    segment_paths,
    write_segment,
)

MERGE_AT: Final = 8
"""Segments of about one size that are merged into one: few files are open, and a vector is copied log8(n) times."""
_TIER_ROWS: Final = 1_024


class Segments:
    """All vectors of one width that a folder holds.

    Keys are `S16` arrays: 16 bytes each. A row names a vector until the next `append`.
    """

    def __init__(self, folder: Path, dimension: int, opened: dict[Path, Segment] | None = None) -> None:
        """`opened` holds segments by their paths from one opening of a folder to the next: they never change."""
        self._folder = folder
        self._dimension = dimension
        self._known = {} if opened is None else opened
        folder.mkdir(parents=True, exist_ok=True)
        remove_abandoned(folder)
        self._reopen()

    def __len__(self) -> int:
        return len(np.unique(np.concatenate([np.empty(0, KEY_TYPE), *(each.keys for each in self._segments)])))

    def find(self, keys: Keys) -> NDArray[np.int64]:
        """The row of each key, int64 [len(keys)], -1 where there is none; fastest when keys are sorted."""
        rows = np.full(len(keys), -1, dtype=np.int64)
        for start, segment in zip(self._starts, self._segments, strict=False):
            places = np.minimum(np.searchsorted(segment.ascending, keys), len(segment.keys) - 1)
            found = np.flatnonzero((segment.ascending[places] == keys) & (rows < 0))
            rows[found] = start + segment.order[places[found]]
        return rows

    def take(self, rows: NDArray[np.int64]) -> Vectors:
        """The vectors at `rows`, float32 [len(rows), dimension], read in the order of the files.

        Raises:
            KeyError: a row is none.
        """
        if len(rows) and rows.min() < 0:
            raise KeyError("there is no vector for a key")
        vectors = np.empty((len(rows), self._dimension), dtype=np.float32)
        order = np.argsort(rows, kind="stable")
        bounds = np.searchsorted(rows[order], self._starts)
        for number, segment in enumerate(self._segments):
            places = order[bounds[number] : bounds[number + 1]]
            vectors[places] = segment.vectors[rows[places] - self._starts[number]]
        return vectors

    def append(self, keys: Keys, vectors: Vectors) -> None:
        """Keep vectors under keys of their own; once this has returned they outlive any crash.

        Raises:
            ValueError: a vector is not finite, or the shapes do not fit.
        """
        if vectors.shape != (len(keys), self._dimension) or not np.isfinite(vectors).all():
            raise ValueError(f"expected finite vectors of shape {(len(keys), self._dimension)}, got {vectors.shape}")
        if len(keys):
            write_segment(self._folder, keys, vectors)
            with sole(self._folder):
                self._reopen()
                self._merge_tiers()

    def forget(self, keys: Keys) -> None:
        """Drop the vectors of some keys: every segment that has one of them is written anew without it."""
        with sole(self._folder):
            self._reopen()
            for segment in self._segments:
                kept = np.flatnonzero(~np.isin(segment.keys, keys))
                if len(kept) < len(segment.keys):
                    if len(kept):
                        write_segment(self._folder, segment.keys[kept], segment.vectors[kept])
                    discard(segment.path)
            self._reopen()

    def _merge_tiers(self) -> None:
        """Merge what there are MERGE_AT of in one tier, then the next tier up, which has grown by that."""
        tiers = [_tier(segment) for segment in self._segments]
        full = [tier for tier in tiers if tiers.count(tier) >= MERGE_AT]
        if full:
            merged = [segment for segment in self._segments if _tier(segment) == full[0]]
            merge_segments(self._folder, merged)
            for segment in merged:
                discard(segment.path)
            self._reopen()
            self._merge_tiers()

    def _reopen(self) -> None:
        self._segments = self._opened()
        self._starts = np.cumsum([0, *(len(segment.keys) for segment in self._segments)])

    def _opened(self) -> list[Segment]:
        """Every segment; one that goes while this looks may have been merged into a new one, so it looks again."""
        paths = segment_paths(self._folder)
        opened = [self._known.get(path) or open_segment(path, self._dimension) for path in paths]
        present = [segment for segment in opened if segment is not None]
        for path in {each for each in list(self._known) if each.parent == self._folder}.difference(paths):
            self._known.pop(path, None)
        self._known.update({segment.path: segment for segment in present})
        return present if len(present) == len(opened) else self._opened()


def _tier(segment: Segment) -> int:
    """Segments of one tier differ in length by no more than a factor of MERGE_AT."""
    return (len(segment.keys) // _TIER_ROWS).bit_length() // (MERGE_AT - 1).bit_length()
