"""How many events of one person are taken in: by the minute of the clock, of all keys and tokens but operators'."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from typing import Final

_MINUTE: Final = 60.0


class EventRates:
    """Counts events by person, and says which are too many.

    A call with events of ten thousand people counts them in a few milliseconds, so that this is no sliding window.

    Args:
        per_minute: events of one person; None lifts the limit.
        time: seconds on a clock that is never set back.
    """

    def __init__(self, per_minute: int | None, time: Callable[[], float]) -> None:
        self.per_minute, self._time = per_minute, time
        self._minute = -1.0
        self._counts: Counter[int] = Counter()

    def admit(self, user_ids: Sequence[str]) -> list[bool]:
        """Of each event, whether it is within its person's limit; those that are have been counted."""
        if self.per_minute is None:
            return [True] * len(user_ids)
        self._begin_minute()
        return [self._admit(hash(user_id), self.per_minute) for user_id in user_ids]

    def has_room(self, user_id: str, events: int) -> bool:
        """Whether so many more events of a person are within the limit."""
        self._begin_minute()
        return self.per_minute is None or self._counts[hash(user_id)] + events <= self.per_minute

    def seconds(self) -> int:
        """After which there is room again, at least 1."""
        return max(1, round(_MINUTE - self._time() % _MINUTE))

    def _begin_minute(self) -> None:
        minute = self._time() // _MINUTE
        if minute != self._minute:
            self._minute, self._counts = minute, Counter()

    def _admit(self, person: int, most: int) -> bool:
        if self._counts[person] >= most:
            return False
        self._counts[person] += 1
        return True
