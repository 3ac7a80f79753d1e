"""Vectors that come one by one, and are searched from then on, in cells like those of the index beside them."""

from __future__ import annotations

from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from indexer.cell_index import CellIndex
from indexer.cell_search import scores_of
from indexer.cells import Cells, encode, rotation_of
from indexer.centroids import nearest_centroid
from indexer.equal_vectors import Vectors
from indexer.exact_search import Hits, best
from models.columns import LiveColumn
from models.ids import Rows

_EXACT = 512
"""Vectors up to which all are compared."""


class _Effort:
    """As `AnnSettings` has it by default."""

    missed, margin, least = 0.01, 2.5, _EXACT


class LiveCells:
    """Rows by slot, in the order in which they came."""

    def __init__(self, dimension: int, beside: Cells | None = None) -> None:
        """`beside` holds the other vectors; where there is nothing, all lie in one cell around nothing."""
        self._beside = beside
        self._vectors = LiveColumn(np.empty((0, dimension), dtype=np.float32))
        self._rows = LiveColumn(np.empty(0, dtype=np.int32))
        self._slots, self._pending = dict[int, int](), set[int]()
        self._index: CellIndex | None = None

    def __len__(self) -> int:
        return len(self._slots)

    @property
    def rows(self) -> Rows:
        """By slot."""
        return self._rows.tail

    def put(self, row: int, vector: Vectors) -> None:
        """Add the vector of a row, [d], or replace it."""
        slot = self._slots.setdefault(row, len(self._slots))
        self._vectors.put(slot, vector)
        self._rows.put(slot, row)
        self._pending.add(slot)

    def search(self, queries: Vectors, k: int, keep: NDArray[np.bool_], order: NDArray[np.float64]) -> Hits:
        """The k best for each query, [q, d], of the slots that are kept, [n]; of equal scores those first in order."""
        slots = np.flatnonzero(keep).astype(np.int32)
        if len(slots) > _EXACT:
            hits = self._indexed().search(queries, k, np.flatnonzero(~keep).astype(np.int32), None)
            return Hits(np.append(self.rows, np.int32(-1))[hits.rows], hits.scores)
        slots = slots[np.argsort(order[slots], kind="stable")]
        vectors = self._vectors.tail
        scores = np.array([scores_of(vectors, slots, query) for query in queries]).reshape(len(queries), len(slots))
        found = best(np.arange(len(slots), dtype=np.int32), scores, k)
        return Hits(np.append(self.rows[slots], np.int32(-1))[found.rows], found.scores)

    def _indexed(self) -> CellIndex:
        """What has come since the last time is put in cells."""
        if self._index is None or self._pending:
            self._encode(np.array(sorted(self._pending), dtype=np.int32))
            self._pending.clear()
            codes, scales, cells = self._codes
            held = self._middles.holding(codes.tail, scales.tail, cells.tail)
            self._index = CellIndex(held, self._vectors.tail, _Effort())
        return self._index

    def _encode(self, slots: NDArray[np.int32]) -> None:
        vectors, middles = self._vectors[slots], self._middles
        cells = nearest_centroid(vectors, middles.centroids)
        codes, scales, _ = encode(vectors - middles.centroids[cells], middles.rotation)
        for place, slot in enumerate(slots.tolist()):
            self._codes[0].put(slot, codes[place])
            self._codes[1].put(slot, scales[place])
            self._codes[2].put(slot, cells[place])

    @cached_property
    def _codes(self) -> tuple[LiveColumn[np.uint64], LiveColumn[np.float32], LiveColumn[np.int32]]:
        """Codes, their scales and cells, by slot."""
        words = self._middles.codes.shape[1]
        codes, scales = np.empty((0, 2, words), dtype=np.uint64), np.empty((0, 2), dtype=np.float32)
        return LiveColumn(codes), LiveColumn(scales), LiveColumn(np.empty(0, dtype=np.int32))

    @cached_property
    def _middles(self) -> Cells:
        if self._beside is not None:
            return self._beside
        dimension = self._vectors.base.shape[1]
        spread = float(np.linalg.norm(self._vectors.tail, axis=1).max(initial=0))
        one = (np.zeros((1, dimension), dtype=np.float32), np.array([spread], dtype=np.float32))
        return Cells.without_rows(*one, rotation_of(dimension), np.ones(1, dtype=np.float32))
