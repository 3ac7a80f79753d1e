"""What time it is: the machine's, or a standing one for data of another time."""

from __future__ import annotations

import time
from datetime import UTC, datetime


class Clock:
    """The service's only source of wall-clock time.

    Args:
        as_of: the moment at which the clock stands still, or None for the machine's clock.
    """

    def __init__(self, as_of: datetime | None = None) -> None:
        self._standing = as_of.timestamp() if as_of else None

    def now(self) -> float:
        """Seconds since 1970."""
        return time.time() if self._standing is None else self._standing

    def now_datetime(self) -> datetime:
        """The same as a datetime in UTC."""
        return datetime.fromtimestamp(self.now(), UTC)

    @staticmethod
    def machine() -> float:
        """Seconds since 1970 by the machine's clock, for what is compared with the times of files."""
        return time.time()
