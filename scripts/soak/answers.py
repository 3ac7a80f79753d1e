"""What every request of a run got, and when faults were injected: what the error budget is reckoned from."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from threading import Lock
from time import monotonic
from typing import Final

GRACE_SECONDS: Final = 1.0
"""After a fault, for requests that were under way."""
NO_ANSWER: Final = 0
"""Status of a request whose connection broke."""


@dataclass(frozen=True, slots=True)
class Answer:
    """What became of one request.

    Attributes:
        at: when it was sent, in seconds of the monotonic clock.
        seconds: until it was answered.
        operation: what was asked.
        status: of the answer, or `NO_ANSWER`.
    """

    at: float
    seconds: float
    operation: str
    status: int


@dataclass(slots=True)
class Window:
    """A fault, while it may show.

    Attributes:
        fault: which.
        begin: when it was injected.
        end: when the server was well again; endless until then.
        statuses: what may be answered meanwhile beside what is right.
    """

    fault: str
    begin: float
    statuses: frozenset[int]
    end: float = float("inf")


class Answers:
    """All answers so far; many threads write here."""

    def __init__(self) -> None:
        self.began = monotonic()
        self.rows: list[Answer] = []
        self.windows: list[Window] = []
        self._lock = Lock()

    def add(self, answer: Answer) -> None:
        """Note one."""
        with self._lock:
            self.rows.append(answer)

    def open(self, fault: str, *statuses: int) -> Window:
        """Note that a fault begins, and what may be answered while it lasts."""
        window = Window(fault, monotonic(), frozenset(statuses))
        self.windows.append(window)
        return window

    def unexcused(self) -> list[Answer]:
        """Failures that no fault explains."""
        return [each for each in self.rows if _failed(each.status) and not self._excused(each)]

    def statuses(self) -> Counter[int]:
        """How many of each."""
        return Counter(each.status for each in self.rows)

    def _excused(self, answer: Answer) -> bool:
        return any(
            window.begin - answer.seconds <= answer.at <= window.end + GRACE_SECONDS
            and answer.status in window.statuses
            for window in self.windows
        )


def _failed(status: int) -> bool:
    return status == NO_ANSWER or status >= 500
