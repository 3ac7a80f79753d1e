"""Which event ids may be known already, answered in memory.

A lookup in DuckDB takes longer than the commit that it is for, with a unique index or without one, so every event
id's digest stands here beside the event's number, in 16 bytes. Only for the rare id whose digest is known the table is
asked, by number, whether the id itself is the same. The table stays the truth: digests of ids that were rolled back or
deleted cost one such question and nothing else.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray


@dataclass(frozen=True, slots=True)
class _Run:
    digests: NDArray[np.uint64]
    """Ascending."""
    sequences: NDArray[np.int64]

    def merged(self, other: _Run) -> _Run:
        digests = np.concatenate([self.digests, other.digests])
        order = np.argsort(digests, kind="stable")  # finds the two runs and merges them
        return _Run(digests[order], np.concatenate([self.sequences, other.sequences])[order])


class KnownEvents:
    """A growing multimap from digests to sequences: sorted runs, each at least twice as long as the next.

    Args:
        digests: uint64 [n], ascending.
        sequences: int64 [n].
    """

    def __init__(self, digests: NDArray[np.uint64], sequences: NDArray[np.int64]) -> None:
        self._runs = [_Run(digests, sequences)] if len(digests) else []

    def __len__(self) -> int:
        return sum(len(run.digests) for run in self._runs)

    def sequences(self, digests: NDArray[np.uint64]) -> list[int]:
        """The numbers of all events that have one of the digests, in no particular order."""
        wanted = np.sort(digests)  # neighbours in the search are neighbours in the cache
        return [sequence for run in self._runs for sequence in _found(run, wanted)]

    def add(self, digests: NDArray[np.uint64], sequences: Sequence[int]) -> None:
        """Add events in any order."""
        if not len(digests):
            return
        order = np.argsort(digests)
        run, runs = _Run(digests[order], np.array(sequences, dtype=np.int64)[order]), list(self._runs)
        while runs and len(runs[-1].digests) < 2 * len(run.digests):
            run = runs.pop().merged(run)
        self._runs = [*runs, run]  # at once, for who reads in another thread

    def through(self, sequence: int) -> tuple[NDArray[np.uint64], NDArray[np.int64]]:
        """(Digests, ascending, and their numbers) of the events up to a number."""
        digests, sequences = np.empty(0, dtype=np.uint64), np.empty(0, dtype=np.int64)
        for run in self._runs:
            among = run.sequences <= sequence
            digests = np.concatenate([digests, run.digests[among]])
            sequences = np.concatenate([sequences, run.sequences[among]])
        order = np.argsort(digests, kind="stable")
        return digests[order], sequences[order]


def _found(run: _Run, wanted: NDArray[np.uint64]) -> list[int]:
    starts = np.searchsorted(run.digests, wanted)
    hits = np.flatnonzero(run.digests.take(starts, mode="clip") == wanted)
    ends = np.searchsorted(run.digests, wanted[hits], side="right")
    slices = zip(starts[hits], ends, strict=True)
    return [sequence for start, end in slices for sequence in run.sequences[start:end].tolist()]
