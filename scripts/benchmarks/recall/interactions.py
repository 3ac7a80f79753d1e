"""Who did what with which item, as columns; and the same grouped by person."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy import sparse

from models.ids import Rows

Matrix = sparse.csr_array


@dataclass(frozen=True, slots=True)
class Interactions:
    """Columns of equal length, one entry an interaction.

    Attributes:
        users: int32, row of the person in `Dataset.users`.
        items: int32, row of the item in `Dataset.items`.
        values: float32, a rating, or an event's weight with its polarity as sign, or 1.
        times: float64, seconds since 1970.
        codes: int8, event type (position in EVENT_TYPES).
    """

    users: Rows
    items: Rows
    values: NDArray[np.float32]
    times: NDArray[np.float64]
    codes: NDArray[np.int8]

    def __len__(self) -> int:
        return len(self.users)

    def take(self, chosen: NDArray[np.bool_] | NDArray[np.integer]) -> Interactions:
        """The entries of a mask, or at positions in their order."""
        columns = (self.users, self.items, self.values, self.times, self.codes)
        return Interactions(*(column[chosen] for column in columns))  # type: ignore[arg-type]

    def ordered(self) -> Interactions:
        """The same by person, then time, then item."""
        return self.take(np.lexsort((self.items, self.times, self.users)))

    def last_words(self) -> Interactions:
        """The latest interaction of each person with each item, by person, then time, then item."""
        ordered = self.ordered()
        _, from_the_end = np.unique(ordered.pairs()[::-1], return_index=True)
        return ordered.take(np.sort(len(ordered) - 1 - from_the_end))

    def pairs(self) -> NDArray[np.int64]:
        """int64: a number for each pair of person and item."""
        return self.users.astype(np.int64) << 32 | self.items

    def matrix(self, users: int, items: int) -> Matrix:
        """float32 [users, items]: 1 where a person interacted with an item."""
        ones = np.ones(len(self), dtype=np.float32)
        matrix = sparse.csr_array((ones, (self.users, self.items)), shape=(users, items))
        matrix.sum_duplicates()
        matrix.data[:] = 1.0
        return matrix


@dataclass(frozen=True, slots=True)
class Lists:
    """Interactions grouped by person.

    Attributes:
        users: int32 [q], ascending.
        offsets: int64 [q + 1]; entries[offsets[i] : offsets[i + 1]] are those of users[i].
        entries: by person, then time, then item.
    """

    users: Rows
    offsets: NDArray[np.int64]
    entries: Interactions

    @classmethod
    def group(cls, entries: Interactions, users: Rows) -> Lists:
        """The entries of `users` (ascending); people without an entry have an empty list."""
        ordered = entries.take(np.isin(entries.users, users)).ordered()
        offsets = np.searchsorted(ordered.users, np.append(users, np.iinfo(np.int32).max))
        return cls(users, offsets.astype(np.int64), ordered)

    def __len__(self) -> int:
        return len(self.users)

    @property
    def lengths(self) -> NDArray[np.int64]:
        """int64 [q]: how many entries each person has."""
        return np.diff(self.offsets)

    def slice(self, start: int, stop: int) -> Lists:
        """The lists of users[start:stop]."""
        stop = min(stop, len(self))
        begin, end = self.offsets[start], self.offsets[stop]
        offsets = self.offsets[start : stop + 1] - begin
        return Lists(self.users[start:stop], offsets, self.entries.take(np.arange(begin, end)))

    def matrix(self, items: int) -> Matrix:
        """float32 [q, items]: 1 where a person's list has an item."""
        ones = np.ones(len(self.entries), dtype=np.float32)
        matrix = sparse.csr_array((ones, self.entries.items.copy(), self.offsets), shape=(len(self), items))
        matrix.sum_duplicates()
        matrix.data[:] = 1.0
        return matrix
