"""Who engaged with what, as a users x items matrix: all that factor learning reads of the event log."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy import sparse

from models.ids import Rows

Matrix = sparse.csr_array


@dataclass(frozen=True, slots=True)
class Engagements:
    """Positive events as columns of equal length, in any order, repetitions allowed.

    Attributes:
        users: int32 [m], numbered from 0.
        items: int32 [m], numbered from 0.
        weights: float32 [m], all positive.
        times: float64 [m], anything that grows with time; only its order within one user is used.
    """

    users: Rows
    items: Rows
    weights: NDArray[np.float32]
    times: NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Interactions:
    """Each pair of a user and an item that met, once.

    Attributes:
        matrix: float32 [users, items], in compressed-row form, items ascending in each row; the largest weight of
            the pair's events.
        times: float64 [pairs], in the order of `matrix.data`, the latest of the pair's events; None where the order of
            events is not known.
    """

    matrix: Matrix
    times: NDArray[np.float64] | None = None

    @classmethod
    def collect(cls, engagements: Engagements, users: int, items: int) -> Interactions:
        """The pairs among the events of `users` x `items`."""
        order = np.lexsort((engagements.items, engagements.users))
        rows, columns = engagements.users[order], engagements.items[order]
        begins = np.ones(len(rows), dtype=np.bool_)
        begins[1:] = (np.diff(rows) != 0) | (np.diff(columns) != 0)
        starts = np.flatnonzero(begins)
        weights = np.maximum.reduceat(engagements.weights[order], starts) if len(starts) else engagements.weights
        times = np.maximum.reduceat(engagements.times[order], starts) if len(starts) else engagements.times
        offsets = np.concatenate([[0], np.cumsum(np.bincount(rows[starts], minlength=users))])
        return cls(sparse.csr_array((weights, columns[starts], offsets), shape=(users, items)), times)

    def __len__(self) -> int:
        return int(self.matrix.nnz)

    @property
    def items(self) -> int:
        """Number of items, those that nobody engaged with included."""
        return int(self.matrix.shape[1])

    def item_degrees(self) -> NDArray[np.int64]:
        """int64 [items]: with how many users each item met."""
        return np.bincount(self.matrix.indices, minlength=self.items)

    def user_degrees(self) -> NDArray[np.int64]:
        """int64 [users]: with how many items each user met."""
        return np.diff(self.matrix.indptr).astype(np.int64)

    def share_since(self, starts: NDArray[np.float64]) -> NDArray[np.float32]:
        """float32 [items]: share of all pairs that met after each item's start, or after it first met anybody.

        Args:
            starts: float64 [items], from when on each item was on offer, on the clock of `times`; where times are not
                known, every item was on offer all along.
        """
        if self.times is None or not len(self.times):
            return np.ones(self.items, dtype=np.float32)
        starts = starts.copy()
        np.minimum.at(starts, self.matrix.indices, self.times)
        before = np.searchsorted(np.sort(self.times), starts)
        return (1.0 - before / len(self.times)).astype(np.float32)

    def in_order(self) -> tuple[Rows, Rows]:
        """Users and items of all pairs, int32 [pairs] each, by user and then in order of time; ties by item row.

        Raises:
            UntimedError: the order is not known.
        """
        if self.times is None:
            raise UntimedError("these interactions have no times, so no order can be learned from them")
        users = np.repeat(np.arange(self.matrix.shape[0], dtype=np.int32), self.user_degrees())
        order = np.lexsort((self.matrix.indices, self.times, users))
        return users, self.matrix.indices[order].astype(np.int32)


class UntimedError(ValueError):
    """The order of interactions was asked for, and they have no times."""
