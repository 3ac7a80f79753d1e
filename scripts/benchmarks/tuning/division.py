"""The log divided for validation: what is told of everybody, and what some of them took up next.

Of a person's items, by when they first engaged with them, the last fifth is what comes next: the person is known by all
that happened before the first of these. So the question is the one that `/recommend` is asked, at a moment of the
person's own, and nearly everybody can be asked; one moment for all would leave only those who were active around it.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from indexer.behaviour import EventTable
from models.ids import IdMap, Rows
from models.interactions import Engagements, Interactions

LEAST_TOLD: Final = 5
"""Items that a person needs to be known by."""

LEAST_PEOPLE: Final = 50
"""People with fewer of whom one value cannot be told from another."""

SHARE_NEXT: Final = 0.2
"""Of a person's items, the last ones."""


class TooFewEventsError(ValueError):
    """The log holds too few people with enough events to choose anything by."""


@dataclass(frozen=True, slots=True)
class Signals:
    """Events on items of the catalogue, in columns of equal length.

    Attributes:
        users: int32 [m], numbered from 0.
        items: int32 [m], rows of the catalogue.
        weights: float32 [m], negative where the event speaks against the item.
        times: float64 [m], seconds since 1970.
    """

    users: Rows
    items: Rows
    weights: NDArray[np.float32]
    times: NDArray[np.float64]

    @classmethod
    def of(cls, events: EventTable, ids: IdMap) -> Signals:
        """Those events of the log whose items are in the catalogue."""
        rows = ids.rows(events.item_ids)[events.items] if len(events.items) else events.items
        return cls(events.users, rows, events.weights, events.times).take(rows >= 0)

    def take(self, kept: NDArray[np.bool_] | NDArray[np.int64]) -> Signals:
        """The events of a mask or at some positions."""
        return Signals(self.users[kept], self.items[kept], self.weights[kept], self.times[kept])

    def interactions(self, users: int, items: int) -> Interactions:
        """Who engaged with what."""
        for_it = self.take(self.weights > 0)
        return Interactions.collect(Engagements(for_it.users, for_it.items, for_it.weights, for_it.times), users, items)


@dataclass(frozen=True, slots=True)
class Division:
    """What is known, and what should be found.

    Attributes:
        known: of everybody; of those who are asked, all before their moment.
        asked: int32 [p], users, ascending.
        moments: float64 [p], when each is asked.
        offsets: int64 [p + 1], where each one's targets begin.
        targets: int32 [offsets[-1]], items that each took up from then on and had not met before.
    """

    known: Signals
    asked: Rows
    moments: NDArray[np.float64]
    offsets: NDArray[np.int64]
    targets: Rows


def divide(log: Signals, most_people: int, random: np.random.Generator) -> Division:
    """Divide a log; of more people than `most_people` so many are drawn.

    Raises:
        TooFewEventsError: fewer than LEAST_PEOPLE can be asked.
    """
    first = _first_meetings(log)
    moments = _moments(first.take(first.weights > 0), int(log.users.max(initial=-1)) + 1)
    able = _able(first, moments)
    if len(able) < LEAST_PEOPLE:
        raise TooFewEventsError(
            f"{len(able)} people engaged with {LEAST_TOLD} items or more and then with another one; "
            f"to choose by, it takes {LEAST_PEOPLE} of them"
        )
    if len(able) > most_people:
        able = np.sort(random.choice(able, most_people, replace=False))
    moments[np.setdiff1d(np.arange(len(moments)), able)] = np.inf
    next_ones = first.take((first.weights > 0) & (first.times >= moments[first.users]))
    offsets = np.concatenate([[0], np.cumsum(np.bincount(next_ones.users, minlength=len(moments))[able])])
    known = log.take(log.times < moments[log.users])
    return Division(known, able.astype(np.int32), moments[able], offsets, next_ones.items)


def _first_meetings(log: Signals) -> Signals:
    """The first event of each pair of a user and an item, by user, then time, then item.

    Where a pair has events of both kinds at its first moment, the one that speaks for the item comes first.
    """
    by_pair = log.take(np.lexsort((-log.weights, log.times, log.items, log.users)))
    begins = np.ones(len(by_pair.users), dtype=np.bool_)
    begins[1:] = (np.diff(by_pair.users) != 0) | (np.diff(by_pair.items) != 0)
    first = by_pair.take(begins)
    return first.take(np.lexsort((first.items, first.times, first.users)))


def _moments(liked: Signals, users: int) -> NDArray[np.float64]:
    """float64 [users]: when the last fifth of each one's items begins, infinite for a user without any."""
    counts = np.bincount(liked.users, minlength=users)
    starts = np.cumsum(counts) - counts
    moments = np.full(users, np.inf)
    some = counts > 0
    moments[some] = liked.times[(starts + ((1 - SHARE_NEXT) * counts).astype(np.int64))[some]]
    return moments


def _able(first: Signals, moments: NDArray[np.float64]) -> NDArray[np.int64]:
    """Users who are known by enough before their moment and take something up from then on, ascending."""
    told = (first.weights > 0) & (first.times < moments[first.users])
    counts = np.bincount(first.users[told], minlength=len(moments))
    return np.flatnonzero((counts >= LEAST_TOLD) & np.isfinite(moments))
