"""Meters: what is counted of requests, stages and events while they pass; cheap enough to be counted always.

Each is counted in one thread, so without locks; `app.insights.exposition` tells it to Prometheus.
"""

from __future__ import annotations

from bisect import bisect_left
from collections import Counter, defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Final

from app.pipeline.slate import StageTrace

REQUEST_BOUNDS: Final = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0)
"""Seconds."""
STAGE_BOUNDS: Final = (0.00005, 0.0001, 0.00025, 0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1)
"""Seconds."""


class Distribution:
    """How many durations fell into each bucket, and their sum.

    Args:
        bounds: upper bounds of the buckets in seconds, ascending; one more bucket takes what is longer.
    """

    __slots__ = ("_bounds", "counts", "total")

    def __init__(self, bounds: tuple[float, ...]) -> None:
        self._bounds = bounds
        self.counts = [0] * (len(bounds) + 1)
        self.total = 0.0

    def observe(self, seconds: float) -> None:
        """Count one duration."""
        self.counts[bisect_left(self._bounds, seconds)] += 1
        self.total += seconds

    def cumulative(self) -> list[tuple[str, float]]:
        """(upper bound, how many were at most so long), as Prometheus wants them."""
        named = [*map(str, self._bounds), "+Inf"]
        sums = [sum(self.counts[: place + 1]) for place in range(len(named))]
        return [(name, float(count)) for name, count in zip(named, sums, strict=True)]


def _of_requests() -> Distribution:
    return Distribution(REQUEST_BOUNDS)


def _of_stages() -> Distribution:
    return Distribution(STAGE_BOUNDS)


@dataclass(frozen=True, slots=True)
class Meters:
    """All of them.

    Attributes:
        requests: by operation and status.
        stages: by the stage's name.
        events: by type and what became of them.
        spans: by what became of them; only where requests are traced.
    """

    requests: defaultdict[tuple[str, int], Distribution] = field(default_factory=lambda: defaultdict(_of_requests))
    stages: defaultdict[str, Distribution] = field(default_factory=lambda: defaultdict(_of_stages))
    events: Counter[tuple[str, str]] = field(default_factory=Counter)
    spans: Counter[str] = field(default_factory=Counter)

    def observe_request(self, operation: str | None, status: int, seconds: float) -> None:
        """Count an answered request; those of no operation are one."""
        self.requests[operation or "none", status].observe(seconds)

    def observe_stages(self, trace: Iterable[StageTrace]) -> None:
        """Count what each stage took."""
        for each in trace:
            self.stages[each.stage].observe(each.ms / 1e3)
