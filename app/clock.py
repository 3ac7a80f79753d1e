"""What time it is: the machine's, or a standing one for data of another time; and how far that can be trusted."""

from __future__ import annotations

import time
from datetime import UTC, datetime

from app.clock_witness import ClockWitness


class Clock:
    """The service's only source of wall-clock time.

    Args:
        as_of: the moment at which the clock stands still, or None for the machine's clock.
        witness: of the time that the data folder has seen; absent, the clock is trusted.
    """

    def __init__(self, as_of: datetime | None = None, witness: ClockWitness | None = None) -> None:
        self._standing = as_of.timestamp() if as_of else None
        self.witness = None if as_of else witness

    def now(self) -> float:
        """Seconds since 1970."""
        return time.time() if self._standing is None else self._standing

    def settled(self) -> float:
        """The same for what deletes for its age, and for what people decide: a leap ahead is followed only if it lasts.

        So what people do by right clocks is not before a decision that was made during the leap, then or later.
        """
        return self.now() if self.witness is None else min(self.now(), self.witness.look().trusted)

    def latest(self) -> float:
        """The same for what may not lie ahead: a clock that was set back does not make the present the future."""
        return self.now() if self.witness is None else max(self.now(), self.witness.look().trusted)

    def ordered(self, moment: float, decided_at: float) -> float:
        """A moment as it compares with that of a decision: one that lies ahead was made before the clock was set back.

        Then it is put on the clock of that time, so that what happens after the decision does not come before it.
        """
        if self.witness is None or decided_at <= self.now():
            return moment
        return moment + max(0.0, self.witness.look().trusted - self.now())

    def now_datetime(self) -> datetime:
        """The same as `now`, as a datetime in UTC."""
        return datetime.fromtimestamp(self.now(), UTC)

    @staticmethod
    def machine() -> float:
        """Seconds since 1970 by the machine's clock, for what is compared with the times of files."""
        return time.time()
