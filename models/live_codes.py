"""Lists of codes by row, which items that come while serving replace and extend."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from models.columns import CodesColumn, LiveColumn
from models.ids import Rows

Lists = tuple[NDArray[np.int64], NDArray[np.int32], Rows]
"""Where each list begins, the codes, and the list of each row that was asked for."""


class LiveCodes:
    """A snapshot's lists, read where they are until the first is put; from then on all lie in memory, in one array."""

    def __init__(self, base: CodesColumn) -> None:
        self._starts, self._codes = LiveColumn(base.offsets), LiveColumn(base.codes)
        self._lists: LiveColumn[np.int32] | None = None

    def put(self, row: int, codes: Sequence[int]) -> None:
        """Replace the list of a row, or append when `row` is the next one."""
        count = len(self._starts) - 1
        if self._lists is None:
            self._lists = LiveColumn(np.arange(count, dtype=np.int32))
        for code in codes:
            self._codes.put(len(self._codes), code)
        self._starts.put(count + 1, len(self._codes))
        self._lists.put(row, count)

    def __getitem__(self, row: int) -> NDArray[np.int32]:
        place = row if self._lists is None else int(self._lists.at(row))
        return self._codes.all()[self._starts.at(place) : self._starts.at(place + 1)]

    def lists(self, rows: Rows) -> Lists:
        """The lists of some rows, where they are."""
        return self._starts.all(), self._codes.all(), rows if self._lists is None else self._lists[rows]

    def gather(self, rows: Rows) -> tuple[NDArray[np.int64], NDArray[np.int32]]:
        """The lists of many rows at once: int64 [m], position in `rows`, and int32 [m], code; in order of position."""
        starts, codes, lists = self.lists(rows)
        return CodesColumn(starts, codes).gather(lists)
