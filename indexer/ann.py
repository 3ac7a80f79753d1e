"""The vector index: exact while a catalogue is small, cells from then on, filtered without losing recall.

Of equal scores the lower row comes first, and rows are in the order of the item ids. So what is found for k is the
beginning of what is found for more: in an exact search always, in cells as long as the breadth is the same.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, TypeAlias

import numpy as np
from numpy.typing import NDArray
from pydantic import Field

from indexer.cell_index import CellIndex, breadth_of
from indexer.cell_search import Permit
from indexer.cells import Cells
from indexer.equal_vectors import EqualVectors, Vectors
from indexer.exact_search import Hits, best
from models.config import Config
from models.ids import Rows
from models.joint_vectors import Stored, read

_NO_ROWS = np.empty(0, dtype=np.int32)
Counts: TypeAlias = int | NDArray[np.int64]
"""How many rows are looked for: the same of each query, or int64 [q]."""
_QUERIES = 64
"""Rows that stand for queries, where there are none to learn from."""


class AnnSettings(Config):
    """How vectors are searched."""

    flat_below: int = Field(default=2_000, ge=0)
    """Different vectors up to which the search compares with all of them."""

    flat_where_missed: int = Field(default=50_000, ge=0)
    """Different vectors up to which all are compared after all where the cells find less than the floor: of themes with
    nothing between them, what is left when the nearest are excluded is in no cell rather than another."""

    cells: int | None = Field(default=None, ge=1)
    """Cells that vectors are parted into; by default, one and a half times the square root of their number."""

    missed: float = Field(default=0.03, ge=0, allow_inf_nan=False)
    """Share of what is looked for that may be expected in cells that are left out; more is faster and finds less.

    What is expected is more than what is missed: the default loses a hundredth at most.
    """

    margin: float = Field(default=2.5, ge=0, allow_inf_nan=False)
    """Standard errors by which an item's estimated score may fall short for it to be compared exactly."""

    first: int = Field(default=3_000, ge=1)
    """Items that a search looks through at first, which takes about as long as all else that it does once."""

    least: int = Field(default=2_000, ge=0)
    """Items up to which all that may be found are compared."""

    recall_sample: int = Field(default=200, ge=1)
    """Queries by which recall against exact search is measured."""

    recall_floor: float = Field(default=0.95, ge=0, le=1)
    """recall@10 against exact search, by scores, under which a snapshot is not published; under any exclusion too."""

    def cells_of(self, vectors: int) -> int:
        """How many cells for so many vectors."""
        return min(self.cells or round(1.5 * math.sqrt(vectors)), vectors)


@dataclass(frozen=True)
class Allowance:
    """Which rows may be found, made ready for searches of one index.

    Attributes:
        rows: bool [n].
        permit: the same as bits, where the index has cells.
    """

    rows: NDArray[np.bool_]
    permit: Permit | None


class VectorIndex:
    """Maximum inner product search over the index vectors of a snapshot."""

    def __init__(
        self, vectors: Stored, equals: EqualVectors | None, cells: Cells | None, settings: AnnSettings
    ) -> None:
        """`vectors` [n, d]; `cells` of these, None where all are compared."""
        self._vectors, self.equals = vectors, equals
        self._index = CellIndex(cells, vectors, settings, equals) if cells else None
        if cells is None:
            self._compared, self._place = _compared(vectors, equals)

    @classmethod
    def build(
        cls, vectors: Stored, settings: AnnSettings, queries: Vectors | None = None, known: Cells | None = None
    ) -> VectorIndex:
        """Index all rows of `vectors`, [n, d].

        Args:
            vectors: what is searched.
            settings: how.
            queries: float32 [q, d], like those that will be asked; by default rows.
            known: cells of an earlier build, from whose vectors these hardly differ; by default they are looked for.
        """
        equals = EqualVectors.find(vectors)
        different = len(vectors) if equals is None else len(equals)
        if different <= settings.flat_below:
            return cls(vectors, equals, None, settings)
        if queries is None:
            queries = vectors[:: -(-len(vectors) // _QUERIES)]
        count, queries = settings.cells_of(different), np.asarray(queries, dtype=np.float32)
        if known is not None and known.fit(vectors.shape[1], count):
            return cls(vectors, equals, known.refilled(vectors, queries), settings)
        return cls(vectors, equals, Cells.build(vectors, count, queries), settings)

    @classmethod
    def load(
        cls,
        arrays: Mapping[str, NDArray[Any]] | None,
        vectors: Stored,
        equals: EqualVectors | None,
        settings: AnnSettings,
    ) -> VectorIndex:
        """From the arrays of its cells, None where it has none, and the vectors, which are searched where they are.

        Searches once, so that whoever asks first does not wait for what is compiled or read at first.
        """
        loaded = cls(vectors, equals, Cells(**arrays) if arrays else None, settings)
        if loaded.cells is not None:
            loaded.search(np.asarray(vectors[:1], dtype=np.float32), 1)
        return loaded

    @property
    def cells(self) -> Cells | None:
        """None where all vectors are compared."""
        return self._index.cells if self._index else None

    @property
    def kind(self) -> str:
        """`flat` or `cells`."""
        return "cells" if self._index else "flat"

    def __len__(self) -> int:
        return len(self._vectors)

    def allowance(self, rows: NDArray[np.bool_]) -> Allowance:
        """Rows that may be found, bool [n], made ready for many searches."""
        return Allowance(rows, self._index.permit(rows) if self._index else None)

    def withdraw(self, allowance: Allowance, rows: Rows) -> None:
        """Let some rows not be found any more."""
        allowance.rows[rows] = False
        if self._index and allowance.permit:
            self._index.withdraw(allowance.permit, rows)

    def search(
        self,
        queries: Vectors,
        k: Counts,
        excluded: Rows | None = None,
        allowed: Allowance | None = None,
    ) -> Hits:
        """The k rows with the largest inner product with each query.

        Args:
            queries: float32 [q, d].
            k: rows a query; int64 [q] where they differ: hits have as many columns as the largest.
            excluded: rows that must not be found, in any order, without repeats.
            allowed: rows that may be found, by default all.
        """
        excluded = _NO_ROWS if excluded is None else excluded
        if self._index:
            return self._search_cells(queries, k, excluded, allowed.permit if allowed else None)
        scores = np.ascontiguousarray((self._compared @ queries.T).T)  # half the time of queries @ compared.T
        if self._place is not None:
            scores = scores[:, self._place]
        scores[:, excluded] = -np.inf
        if allowed is not None:
            scores[:, ~allowed.rows] = -np.inf
        return best(np.arange(len(self), dtype=np.int32), scores, k)

    def _search_cells(self, queries: Vectors, k: Counts, excluded: Rows, permit: Permit | None) -> Hits:
        assert self._index is not None  # noqa: S101 - asked by who has cells
        if isinstance(k, int):
            return self._index.search(queries, k, excluded, permit)
        hits = Hits.none(len(queries), int(k.max(initial=0)))
        for some, most in _similar_breadths(k):
            found = self._index.search(queries[some], most, excluded, permit)
            within = np.arange(most)[None, :] < k[some, None]
            hits.rows[some, :most] = np.where(within, found.rows, np.int32(-1))
            hits.scores[some, :most] = np.where(within, found.scores, np.float32(-np.inf))
        return hits


class NoIndex(VectorIndex):
    """Vectors that something else searches: nothing of them is read for it, and nothing found."""

    def __init__(self, vectors: Stored) -> None:
        self._vectors, self.equals, self._index = vectors, None, None

    @property
    def kind(self) -> str:
        """`none`."""
        return "none"

    def search(
        self,
        queries: Vectors,
        k: Counts,
        excluded: Rows | None = None,  # noqa: ARG002 - as every index
        allowed: Allowance | None = None,  # noqa: ARG002
    ) -> Hits:
        """Finds nothing."""
        return Hits.none(len(queries), k if isinstance(k, int) else int(k.max(initial=0)))


def _similar_breadths(counts: NDArray[np.int64]) -> list[tuple[NDArray[np.int64], int]]:
    """(queries, the largest k among them) of those that are searched with one breadth."""
    breadths = [breadth_of(k) for k in counts.tolist()]
    groups = [np.flatnonzero(np.equal(breadths, breadth)) for breadth in sorted(set(breadths))]
    return [(group, int(counts[group].max())) for group in groups]


def _compared(vectors: Stored, equals: EqualVectors | None) -> tuple[Vectors, Rows | None]:
    """(what a flat index compares with, where each row's vector is there): each vector once where that is worth it."""
    if equals is None:
        return np.asarray(vectors[:], dtype=np.float32), None
    if 2 * len(equals) > len(vectors):
        return np.asarray(vectors[:], dtype=np.float32), equals.firsts(equals.nodes)
    return read(vectors, equals.firsts(np.arange(len(equals), dtype=np.int32))), equals.nodes
