"""What is asked of a vector engine: collections of rows under keys, searched under conditions.

A collection is one snapshot's vectors. It is filled under a name that no search knows, and found under its own from the
moment it is sealed; so whatever interrupts this leaves nothing that is half there. Changes come one by one afterwards.
An engine brings candidates: who asks scores them again, exactly, and looks at every rule again.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from indexer.engines.conditions import EVERYTHING, Column, Condition, Kind, Lists
from indexer.equal_vectors import Vectors

Keys = NDArray[np.int64]
NO_KEYS: Keys = np.empty(0, dtype=np.int64)


class EngineError(Exception):
    """An engine does not answer, or not as it should; says nothing of addresses and passwords."""


class EngineMissingError(EngineError):
    """What an engine needs is not installed."""


@dataclass(frozen=True, slots=True)
class Description:
    """What a collection holds.

    Attributes:
        dimension: of its vectors.
        fields: columns that conditions may name, by name.
        notes: what who published it wants to know of it.
    """

    dimension: int
    fields: Mapping[str, Kind]
    notes: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Batch:
    """Rows of a collection: int64 [n], no key twice; float32 [n, d]; a column for each field."""

    keys: Keys
    vectors: Vectors
    columns: Mapping[str, Column]


@dataclass(frozen=True, slots=True)
class Question:
    """A search.

    Attributes:
        queries: float32 [q, d].
        k: keys a query.
        condition: of what may be found.
        excluded: keys that must not be found.
    """

    queries: Vectors
    k: int
    condition: Condition = EVERYTHING
    excluded: Keys = field(default_factory=lambda: NO_KEYS)


class VectorEngine(Protocol):
    """Finds what has the largest inner products; every method may raise `EngineError`."""

    @property
    def name(self) -> str:
        """As settings name it."""

    @property
    def most(self) -> int:
        """Keys a query that it finds at most."""

    def collections(self) -> Mapping[str, Description]:
        """Those that are sealed, by name."""

    def begun(self) -> Collection[str]:
        """Those that are not sealed yet, or were left like that."""

    def create(self, name: str, description: Description) -> None:
        """Begin a collection anew, beside a sealed one of the same name; it is not searched yet."""

    def add(self, name: str, batch: Batch) -> None:
        """Fill a collection that is not sealed yet."""

    def seal(self, name: str) -> None:
        """Index what was added, and let it be searched in place of what had the name before."""

    def count(self, name: str) -> int:
        """Rows of a sealed collection."""

    def upsert(self, name: str, batch: Batch) -> None:
        """Add rows, or replace those of the same keys; the next search of this engine sees it."""

    def delete(self, name: str, keys: Keys) -> None:
        """Take rows out, those that there are; likewise."""

    def search(self, name: str, question: Question) -> Keys:
        """int64 [q, k] keys, the nearest first, -1 behind the last."""

    def drop(self, name: str) -> None:
        """Remove a collection, sealed or not, if there is one."""

    def close(self) -> None:
        """Let go of connections."""


NOTHING = -1
"""In place of a key. Keys of a collection are any others."""


def padded(found: Sequence[Sequence[int]], k: int) -> Keys:
    """Keys [q, k] of as many or fewer, `NOTHING` behind."""
    keys = np.full((len(found), k), NOTHING, dtype=np.int64)
    for place, some in enumerate(found):
        keys[place, : len(some)] = some[:k]
    return keys


def concatenated(batches: Sequence[Batch]) -> Batch:
    """Rows of several batches, of which there is one at least, in order."""
    columns = {name: joined([batch.columns[name] for batch in batches]) for name in batches[0].columns}
    keys, vectors = (np.concatenate(each) for each in zip(*((b.keys, b.vectors) for b in batches), strict=True))
    return Batch(keys, vectors, columns)


def joined(parts: Sequence[Column]) -> Column:
    """Columns of one kind, one behind the other."""
    if not isinstance(parts[0], Lists):
        return np.concatenate([np.asarray(part) for part in parts])
    lists = [part for part in parts if isinstance(part, Lists)]
    sizes = np.concatenate([np.diff(part.offsets) for part in lists])
    return Lists(np.concatenate([[0], np.cumsum(sizes)]), np.concatenate([part.values for part in lists]))


def taken(batch: Batch, places: NDArray[np.integer[Any]]) -> Batch:
    """Some rows of a batch, in this order."""
    columns: dict[str, Column] = {}
    for name, column in batch.columns.items():
        columns[name] = joined([column[p : p + 1] for p in places.tolist()] or [column[:0]])
    vectors: Vectors = batch.vectors[places]
    return Batch(batch.keys[places], vectors, columns)
