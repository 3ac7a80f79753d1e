"""Bodies in memory: how many bytes of requests may be held at a time, in all and of one caller."""

from __future__ import annotations

from collections import Counter

from app.errors import UnavailableError


class BodiesWaitingError(UnavailableError):
    """The bodies of other requests take all the room that there is."""

    slug, title = "busy", "Too much is being taken in"

    def __init__(self, *, own: bool) -> None:
        whose = "Your own requests" if own else "Other requests"
        super().__init__(f"{whose} take the room for bodies. Try again in a second.", headers={"Retry-After": "1"})


class Bodies:
    """Counts bytes as they come, before memory is taken for more.

    Args:
        most: bytes in all.
        share: of them that one caller may take, above 0 to 1.
    """

    def __init__(self, most: int, share: float) -> None:
        self._most, self._own = most, most * share
        self._held: Counter[str] = Counter()
        self._all = 0

    def take(self, caller: str, size: int) -> None:
        """Bytes that a caller sends.

        Raises:
            BodiesWaitingError: there is no room for them.
        """
        if self._held[caller] + size > self._own:
            raise BodiesWaitingError(own=True)
        if self._all + size > self._most:
            raise BodiesWaitingError(own=False)
        self._held[caller] += size
        self._all += size

    def give_back(self, caller: str, size: int) -> None:
        """Bytes of a request that was answered."""
        self._held[caller] -= size
        if not self._held[caller]:
            del self._held[caller]
        self._all -= size
