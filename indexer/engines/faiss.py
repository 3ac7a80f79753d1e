"""FAISS in this process, as an engine: the index that snapshots carry, by the same protocol as the servers."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from typing import Final

import numpy as np
from numpy.typing import NDArray

from indexer.ann import AnnSettings, VectorIndex
from indexer.engines.conditions import Column, Lists, mask
from indexer.engines.engine import NOTHING, Batch, Description, EngineError, Keys, Question, concatenated, taken
from indexer.exact_search import best


class FaissEngine:
    """Collections in memory, lost with the process."""

    name: Final = "faiss"
    most: Final = 2**31 - 1

    def __init__(self, settings: AnnSettings | None = None) -> None:
        """`settings` say how vectors are searched."""
        self._settings = settings or AnnSettings()
        self._begun = dict[str, tuple[Description, list[Batch]]]()
        self._sealed = dict[str, tuple[Description, _Collection]]()

    def collections(self) -> Mapping[str, Description]:
        """Those that are sealed, by name."""
        return {name: description for name, (description, _) in self._sealed.items()}

    def begun(self) -> Collection[str]:
        """Those that are not sealed."""
        return list(self._begun)

    def create(self, name: str, description: Description) -> None:
        """Begin a collection anew."""
        self._begun[name] = description, []

    def add(self, name: str, batch: Batch) -> None:
        """Keep rows until they are indexed."""
        self._begun[name][1].append(batch)

    def seal(self, name: str) -> None:
        """Index what was added."""
        description, batches = self._begun.pop(name)
        self._sealed[name] = description, _Collection(_joined(batches, description), self._settings)

    def count(self, name: str) -> int:
        """Rows of a sealed collection."""
        return len(self._collection(name))

    def upsert(self, name: str, batch: Batch) -> None:
        """Add rows, or replace those of the same keys."""
        self._collection(name).put(batch)

    def delete(self, name: str, keys: Keys) -> None:
        """Take rows out."""
        self._collection(name).delete(keys)

    def search(self, name: str, question: Question) -> Keys:
        """int64 [q, k] keys, the nearest first."""
        return self._collection(name).search(question)

    def drop(self, name: str) -> None:
        """Remove a collection."""
        self._begun.pop(name, None)
        self._sealed.pop(name, None)

    def close(self) -> None:
        """There is nothing to let go of."""

    def _collection(self, name: str) -> _Collection:
        if name not in self._sealed:
            raise EngineError(f"faiss has no collection {name}")
        return self._sealed[name][1]


class _Collection:
    """What was indexed, of which some is out of date, and what came since."""

    def __init__(self, base: Batch, settings: AnnSettings) -> None:
        self._base, self._index = base, VectorIndex.build(base.vectors, settings)
        self._current = np.ones(len(base.keys), dtype=np.bool_)
        self._live = taken(base, np.empty(0, dtype=np.int64))

    def __len__(self) -> int:
        return int(np.count_nonzero(self._current)) + len(self._live.keys)

    def put(self, batch: Batch) -> None:
        self.delete(batch.keys)
        self._live = concatenated([self._live, batch])

    def delete(self, keys: Keys) -> None:
        self._current &= ~np.isin(self._base.keys, keys)
        self._live = taken(self._live, np.flatnonzero(~np.isin(self._live.keys, keys)))

    def search(self, question: Question) -> Keys:
        allowed = self._index.allowance(self._current & _permitted(self._base, question))
        indexed = self._index.search(question.queries, question.k, allowed=allowed)
        places = np.flatnonzero(_permitted(self._live, question)).astype(np.int32)
        live = best(places, question.queries @ self._live.vectors[places].T, question.k)
        scores = np.hstack([indexed.scores, live.scores])
        keys = np.hstack([_keys(self._base, indexed.rows), _keys(self._live, live.rows)])
        order = np.argsort(-scores, axis=1, kind="stable")[:, : question.k]
        return np.take_along_axis(keys, order, axis=1)


def _keys(batch: Batch, rows: NDArray[np.int32]) -> Keys:
    return np.where(rows < 0, NOTHING, np.append(batch.keys, NOTHING)[rows])


def _permitted(batch: Batch, question: Question) -> NDArray[np.bool_]:
    columns = {"key": batch.keys, **batch.columns}
    return mask(question.condition, columns, len(batch.keys)) & ~np.isin(batch.keys, question.excluded)


def _joined(batches: Sequence[Batch], description: Description) -> Batch:
    if batches:
        return concatenated(batches)
    columns: dict[str, Column] = {
        name: Lists(np.zeros(1, np.int64), np.empty(0, np.int64)) if kind == "integers" else np.empty(0)
        for name, kind in description.fields.items()
    }
    return Batch(np.empty(0, np.int64), np.empty((0, description.dimension), np.float32), columns)
