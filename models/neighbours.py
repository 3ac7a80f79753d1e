"""A short list of further items per item: the sparse second part of the score, as linear in the events as the first."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy import sparse

from models.ids import Rows


@dataclass(frozen=True, slots=True)
class Neighbours:
    """What the low-rank vectors miss: items that engaging with an item recommends beyond them, in compressed-row form.

    Attributes:
        offsets: int64 [n + 1].
        rows: int32 [m], targets, ascending within an item, never the item itself.
        weights: float32 [m], added to the score for each unit of engagement; any sign, never 0.
    """

    offsets: NDArray[np.int64]
    rows: Rows
    weights: NDArray[np.float32]

    @classmethod
    def none(cls, items: int) -> Neighbours:
        """No neighbours for any of `items`."""
        return cls(np.zeros(items + 1, np.int64), np.empty(0, np.int32), np.empty(0, np.float32))

    @classmethod
    def stack(cls, blocks: Iterable[sparse.csr_array], items: int) -> Neighbours:
        """The lists of all `items` from blocks of consecutive rows."""
        parts = [(np.diff(block.indptr), block.indices, block.data) for block in map(_sorted, blocks)]
        if not parts:
            return cls.none(items)
        counts, rows, weights = (np.concatenate(columns) for columns in zip(*parts, strict=True))
        offsets = np.concatenate([[0], np.cumsum(counts, dtype=np.int64)])
        return cls(offsets.astype(np.int64), rows.astype(np.int32), weights.astype(np.float32))

    def matrix(self) -> sparse.csr_array:
        """float32 [n, n]: weights by item engaged with and item recommended."""
        items = len(self.offsets) - 1
        return sparse.csr_array((self.weights, self.rows, self.offsets), shape=(items, items))

    def without(self, items: NDArray[np.bool_]) -> Neighbours:
        """The same lists without those of the marked `items` [n], and without these items in anybody's list."""
        owners = np.repeat(np.arange(len(items)), np.diff(self.offsets))
        kept = ~(items[owners] | items[self.rows])
        offsets = np.concatenate([[0], np.cumsum(kept)])[self.offsets]
        return Neighbours(offsets.astype(np.int64), self.rows[kept], self.weights[kept])


def _sorted(block: sparse.csr_array) -> sparse.csr_array:
    block.eliminate_zeros()
    block.sort_indices()
    return block
