"""Rows in the order of a number: a snapshot's, put in order once, and those that changed since, beside them."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from models.ids import Rows

Numbers = NDArray[np.integer[Any]]
_NO_ROWS = np.empty(0, dtype=np.int32)


class RowOrder:
    """Rows by number, of equal numbers the lower row first. What changes costs as much as what changed before."""

    def __init__(self, numbers: Numbers) -> None:
        """`numbers` by row of the snapshot."""
        self._rows = np.argsort(numbers, kind="stable").astype(np.int32)
        self._numbers = numbers[self._rows]
        self._moved, self._as_built = np.zeros(len(numbers), dtype=np.bool_), True
        self._later, self._of_later = _NO_ROWS, self._numbers[:0]

    def put(self, row: int, number: int) -> None:
        """A row has this number from now on."""
        self.drop(row)
        first, last = self._span(self._of_later, number, number + 1)
        place = first + int(np.searchsorted(self._later[first:last], row))
        self._later = np.insert(self._later, place, np.int32(row))
        self._of_later = np.insert(self._of_later, place, number)

    def drop(self, row: int) -> None:
        """A row has no number any more."""
        if row < len(self._moved):
            self._moved[row], self._as_built = True, False
        kept = self._later != row
        if not kept.all():
            self._later, self._of_later = self._later[kept], self._of_later[kept]

    def between(self, low: int, high: int, most: int | None = None) -> Rows:
        """The rows with numbers from `low` on, below `high`, in order; the first of them where not all are wanted."""
        places = self._unmoved(*self._span(self._numbers, low, high), most)
        first, last = self._span(self._of_later, low, high)
        last = last if most is None else min(last, first + most)
        if first == last:
            return np.asarray(self._rows[places])
        rows = np.concatenate([self._rows[places], self._later[first:last]])
        numbers = np.concatenate([self._numbers[places], self._of_later[first:last]])
        return rows[np.lexsort((rows, numbers))][:most]

    @staticmethod
    def _span(numbers: Numbers, low: int, high: int) -> tuple[int, int]:
        start, end = np.searchsorted(numbers, np.array([low, high], dtype=numbers.dtype)).tolist()
        return start, end

    def _unmoved(self, start: int, end: int, most: int | None) -> Any:
        """Where rows of the snapshot stand that have their number still: a slice, or places, at most so many."""
        if self._as_built:
            return slice(start, end if most is None else min(end, start + most))
        found, wanted = _NO_ROWS, end - start if most is None else most
        while start < end and len(found) < wanted:
            stop = min(end, start + 2 * wanted)
            held = start + np.flatnonzero(~self._moved[self._rows[start:stop]])
            found, start = np.concatenate([found, held]), stop
        return found[:wanted]

    def groups(self, numbers: NDArray[np.int64]) -> tuple[Rows, NDArray[np.int64]]:
        """(rows, the start and the end in them of those of each number, int64 [n, 2])."""
        if self._as_built and not len(self._later):
            bounds = np.stack([numbers, numbers + 1], axis=1).astype(self._numbers.dtype)
            return self._rows, np.searchsorted(self._numbers, bounds)
        parts = [self.between(number, number + 1) for number in numbers.tolist()]
        ends = np.cumsum([len(part) for part in parts], dtype=np.int64)
        starts = ends - [len(part) for part in parts]
        return np.concatenate([_NO_ROWS, *parts]).astype(np.int32), np.stack([starts, ends], axis=1)
