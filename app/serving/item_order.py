"""The order of rows by item id, where rows that were added are put between a snapshot's."""

from __future__ import annotations

from bisect import bisect_left, insort

import numpy as np
from numpy.typing import NDArray

from models.columns import StringColumn
from models.ids import Rows


class ItemOrder:
    """Positions of rows by item id."""

    def __init__(self, ids: StringColumn) -> None:
        """`ids` of a snapshot, ascending."""
        self._ids = ids
        self._added: list[tuple[str, int]] = []
        self._places: list[int] = []
        self._positions: NDArray[np.float64] | None = None

    def add(self, item_id: str) -> None:
        """The next row has this id, which no other row has."""
        insort(self._added, (item_id, len(self._added)))
        self._places.append(bisect_left(self._ids, item_id))
        self._positions = None

    def of(self, rows: Rows) -> NDArray[np.float64]:
        """float64, in the shape of `rows`: the smaller, the earlier the id; of -1 it means nothing."""
        added = rows - len(self._ids)
        if not self._added or added.max(initial=-1) < 0:
            return rows.astype(np.float64)
        return np.where(added < 0, rows, self._between()[np.maximum(added, 0)])

    def _between(self) -> NDArray[np.float64]:
        """Of each added row: between the rows of the snapshot that its id lies between, in the order of the added."""
        if self._positions is None:
            order = [slot for _, slot in self._added]
            rank = np.empty(len(order))
            rank[order] = np.arange(1, len(order) + 1)
            self._positions = np.array(self._places) - 1 + rank / (len(order) + 1)
        return self._positions
