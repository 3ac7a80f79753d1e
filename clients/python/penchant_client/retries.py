"""When a call is sent again, and after how long: decided here without sending anything.

A call that may be sent twice is sent again whenever there is hope. One that may not is sent again only where it surely
did nothing: no connection came about, or the service refused it and says when to come back.
"""

from __future__ import annotations

import random
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Final

import httpx

from penchant_client.call import Call

Outcome = httpx.Response | httpx.TransportError

_REFUSED: Final = frozenset({429, 503})
_PASSING: Final = frozenset({429, 502, 503, 504})
_NEVER_SENT: Final = (httpx.ConnectError, httpx.ConnectTimeout, httpx.PoolTimeout)


@dataclass(frozen=True, slots=True)
class Retries:
    """How patiently calls are repeated.

    Attributes:
        attempts: how often a call is sent at most.
        first_seconds: longest wait before the second attempt; it doubles with each, and is drawn at random below that.
        longest_seconds: no wait is longer; where the service asks for a longer one, the call fails instead.
        draw: a random number between 0 and 1.
    """

    attempts: int = 4
    first_seconds: float = 0.5
    longest_seconds: float = 30.0
    draw: Callable[[], float] = random.random

    def wait(self, call: Call[Any], attempt: int, outcome: Outcome) -> float | None:
        """Seconds until the next attempt; None if there is to be none.

        Args:
            call: what was sent.
            attempt: how often, from 1.
            outcome: what came of it last.
        """
        if attempt >= self.attempts or not _hopeful(call, outcome):
            return None
        asked = retry_after(outcome) if isinstance(outcome, httpx.Response) else None
        if asked is not None:
            return asked if asked <= self.longest_seconds else None
        longest: float = min(self.first_seconds * 2.0 ** (attempt - 1), self.longest_seconds)
        return longest * self.draw()


def retry_after(answer: httpx.Response) -> float | None:
    """The seconds that an answer asks to wait; None where it does not say in seconds."""
    said = answer.headers.get("Retry-After", "")
    return float(said) if said.isdecimal() else None


def _hopeful(call: Call[Any], outcome: Outcome) -> bool:
    if isinstance(outcome, httpx.TransportError):
        return call.repeatable or isinstance(outcome, _NEVER_SENT)
    if call.repeatable:
        return outcome.status_code in _PASSING
    return outcome.status_code in _REFUSED and retry_after(outcome) is not None
