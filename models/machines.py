"""Machines: who sends events at a rate that no person has, such as a crawler that opens every link."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from models.events import CODE_OF, EventType
from models.user_state import DAY_SECONDS

_IMPRESSION = CODE_OF[EventType.IMPRESSION]
_DAYS = np.int64(1) << 32
"""More than any number of days: user and day make one key."""


def machines(
    users: NDArray[np.int32], codes: NDArray[np.int8], times: NDArray[np.float64], most_a_day: int | None
) -> NDArray[np.int32]:
    """The users with more than so many events on any day of UTC, impressions aside, ascending.

    The order of events does not matter, and more events make nobody a person again.

    Args:
        users: int32 [n], whose each event is, numbered from 0.
        codes: int8 [n], the event type.
        times: float64 [n], seconds since 1970.
        most_a_day: None takes everybody for a person.
    """
    acts = codes != _IMPRESSION
    if most_a_day is None or acts.sum() <= most_a_day:
        return np.empty(0, dtype=np.int32)
    counts = np.bincount(users[acts], minlength=int(users.max()) + 1)
    acts &= (counts > most_a_day)[users]  # who has not as many at all has not on a day, and nearly nobody has
    if not acts.any():
        return np.empty(0, dtype=np.int32)
    days = (times[acts] // DAY_SECONDS).astype(np.int64)
    keys, daily = np.unique(users[acts] * _DAYS + days - days.min(), return_counts=True)
    return np.unique(keys[daily > most_a_day] // _DAYS).astype(np.int32)
