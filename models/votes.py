"""What people say for items, each person once an item, however often they say it.

Of a person's positive events on an item the one that counts most is the person's vote:

    max over the events k of  w_k * 2^(-(now - t_k) / half_life)

Which event that is does not depend on the moment, and a sum of votes is a decayed number of people.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from models.history import EventColumns
from models.ids import Rows

_ROWS = np.int64(1) << 32
"""More than any number of rows: owner and row make one key."""


@dataclass(frozen=True, slots=True)
class Votes:
    """Votes of any number of people, in no particular order.

    Attributes:
        rows: int32 [n], the item, as often as there are people who vote for it.
        levels: float64 [n], log2 of the weight plus time / half-life: at `now` a vote is worth
            2^(level - now / half-life). The logarithm holds any age; the worth itself leaves float64 after some
            thousand half-lives.
    """

    rows: Rows
    levels: NDArray[np.float64]

    def __len__(self) -> int:
        return len(self.rows)

    @classmethod
    def of(
        cls, events: EventColumns, owners: NDArray[np.int64], half_life: float, positive: NDArray[np.bool_]
    ) -> Votes:
        """The votes among positive events.

        Args:
            events: of any people; an event without weight is no vote.
            owners: int64 [len(events)], whose each event is.
            half_life: in seconds.
            positive: bool [len(events)], which events speak for their items.
        """
        weighty = positive & (events.weights > 0)
        if not weighty.any():
            return NO_VOTES
        levels = np.log2(events.weights[weighty].astype(np.float64)) + events.times[weighty] / half_life
        pairs = owners[weighty] * _ROWS + events.rows[weighty]
        order = np.argsort(pairs)
        pairs = pairs[order]
        starts = np.flatnonzero(np.diff(pairs, prepend=pairs[0] - 1))
        return cls((pairs[starts] % _ROWS).astype(np.int32), np.maximum.reduceat(levels[order], starts))


NO_VOTES = Votes(np.empty(0, dtype=np.int32), np.empty(0))
