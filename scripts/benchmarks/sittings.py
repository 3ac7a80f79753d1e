"""How far the times of a log tell an order: of what was done in one sitting they tell next to none.

Who rates forty films in ten minutes goes through a list that a page showed them. Which one came before which says
something of that page and nothing of what leads to what, and often they share a second.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from models.ids import Rows
from models.user_state import DAY_SECONDS

TOGETHER_SECONDS: Final = 60.0
"""Two things done by one person within this time are of one sitting."""

MOST_TOGETHER: Final = 0.5
"""Share of consecutive pairs of one sitting up to which order is learned from."""

LEAST_LASTING: Final = 50
"""People whose log spans more than a day from whom on half-lives are chosen."""


@dataclass(frozen=True, slots=True)
class Sittings:
    """What the times of a log tell.

    Attributes:
        tied: share of consecutive pairs of one person at the very same time.
        together: share of them within a minute.
        lasting: people between whose first and last item lies more than a day.
        people: with two items or more.
    """

    tied: float
    together: float
    lasting: int
    people: int

    @classmethod
    def of(cls, users: Rows, times: NDArray[np.float64]) -> Sittings:
        """Of what people took up: one entry for each pair of a person and an item, in any order."""
        order = np.lexsort((times, users))
        users, times = users[order], times[order]
        same = users[1:] == users[:-1]
        gaps = np.diff(times)[same]
        if not len(gaps):
            return cls(0.0, 0.0, 0, 0)
        starts = np.flatnonzero(np.concatenate([[True], ~same]))
        spans = times[np.append(starts[1:], len(times)) - 1] - times[starts]
        several = np.diff(np.append(starts, len(times))) > 1
        together = float((gaps <= TOGETHER_SECONDS).mean())
        return cls(float((gaps == 0).mean()), together, int((spans > DAY_SECONDS).sum()), int(several.sum()))

    @property
    def tell_order(self) -> bool:
        """Whether the directed term, "a, and then b", may be chosen."""
        return self.together <= MOST_TOGETHER

    @property
    def tell_fading(self) -> bool:
        """Whether half-lives may be chosen."""
        return self.lasting >= LEAST_LASTING

    def remarks(self) -> Iterator[str]:
        """What is not chosen for want of order, in sentences."""
        if not self.tell_order:
            yield (
                f"order is not learned from: {self.together:.1%} of what people took up followed within a minute of "
                f"what was before it ({self.tied:.1%} at the same time)"
            )
        if not self.tell_fading:
            yield f"half-lives are not chosen: {self.lasting} of {self.people} people came back after a day"
