"""How often a caller may ask: a window that slides over the last minute, per key and per person."""

from __future__ import annotations

import math
import time
from collections.abc import Mapping
from hashlib import blake2b
from typing import Final

from limits import RateLimitItemPerMinute
from limits.storage import MemoryStorage
from limits.strategies import SlidingWindowCounterRateLimiter

from app.access.caller import Caller, Kind
from app.access.settings import RateSettings
from app.errors import RateLimitedError

_SWEEP_SECONDS: Final = 60.0


class Rates:
    """Counts requests, and refuses those beyond a caller's limit."""

    def __init__(self, settings: RateSettings) -> None:
        self._limiter = SlidingWindowCounterRateLimiter(SweptMemory())
        key, user, keyless = (
            RateLimitItemPerMinute(amount) if amount is not None else None
            for amount in (settings.key_per_minute, settings.user_per_minute, settings.keyless_per_minute)
        )
        self._limits: Mapping[Kind, RateLimitItemPerMinute | None] = {
            Kind.OPERATOR: key,
            Kind.SERVICE: key,
            Kind.USER: user,
            Kind.KEYLESS: keyless,
        }

    def count(self, caller: Caller) -> None:
        """Count one request.

        Raises:
            RateLimitedError: it is one too many; it says when to come back.
        """
        limit = self._limits[caller.kind]
        if limit is None:
            return
        name = _name(caller)
        if not self._limiter.hit(limit, name):
            free_at = self._limiter.get_window_stats(limit, name).reset_time
            raise RateLimitedError(limit.amount, max(1, math.ceil(free_at - time.time())))


def _name(caller: Caller) -> str:
    """Of a person a digest, so that no id outlives their erasure in these counters."""
    if caller.user_id is None:
        return caller.key_id
    return blake2b(caller.user_id.encode(), digest_size=16).hexdigest()


class SweptMemory(MemoryStorage):
    """The library's storage in memory, swept once a minute.

    The library's own looks at all counters in a thread of its own up to a hundred times a second, which many people at
    a time make too much. Only one thread, the event loop's, counts here.
    """

    def __init__(self) -> None:
        super().__init__()
        self._sweep_at = time.monotonic() + _SWEEP_SECONDS

    def incr(self, key: str, expiry: float, amount: int = 1) -> int:
        """Add to a counter, which ends after `expiry` seconds; what it is then."""
        if time.monotonic() >= self._sweep_at:
            self._sweep()
        if self.get(key) == 0:
            self.expirations[key] = time.time() + expiry
        self.storage[key] += amount
        return self.storage[key]

    def _sweep(self) -> None:
        """Reading a counter that has ended removes it."""
        self._sweep_at = time.monotonic() + _SWEEP_SECONDS
        for key in list(self.expirations):
            self.get(key)
