"""What a run showed, as text and as JSON."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any, Final

import numpy as np

from scripts.soak.memory import Slope, slope_of
from scripts.soak.run import Outcome

_SHOWN: Final = 20
"""Broken invariants that are printed."""
_JUDGED_MINUTES: Final = 5.0
"""Of one process, from which on the growth of its memory is judged."""


class Report:
    """One run, judged.

    Args:
        outcome: what was seen.
        growth: MiB an hour up to which memory counts as flat.
    """

    def __init__(self, outcome: Outcome, growth: float) -> None:
        self.outcome, self._growth = outcome, growth
        self.slope: Slope | None = slope_of(_of_last_process(outcome))
        self.errors = outcome.answers.unexcused()

    @property
    def failures(self) -> list[str]:
        """What is not as it must be."""
        found = list(self.outcome.broken)
        began = self.outcome.answers.began
        found += [
            f"error: {each.operation} answered {each.status or 'nothing'} after {each.at - began:.0f} s"
            for each in self.errors
        ]
        if self._grows:
            found.append(f"memory grows: {self._memory()}")
        return found

    def text(self) -> str:
        """What is printed."""
        outcome, failures = self.outcome, self.failures
        statuses = ", ".join(
            f"{status or 'none'}: {count:,}" for status, count in sorted(outcome.answers.statuses().items())
        )
        lines = [
            self._size(),
            "inflicted: " + ", ".join(f"{name} {times}" for name, times in outcome.inflicted.items()),
            *(f"not injected: {name} ({why})" for name, why in outcome.left_out.items()),
            f"answers by status: {statuses}; 5xx that no fault explains: {len(self.errors)}",
            f"erasures proved byte by byte: {outcome.proved}",
            f"memory: {self._memory()}",
            *(f"{name}: p50 {p50:.1f} ms, p99 {p99:.1f} ms" for name, p50, p99 in self._latencies()),
        ]
        lines += [f"BROKEN: {each}" for each in failures[:_SHOWN]]
        lines.append(f"{len(failures)} broken" if failures else "nothing lost, nothing doubled, nothing came back")
        return "\n".join(lines)

    def payload(self) -> dict[str, Any]:
        """What is written."""
        outcome = self.outcome
        return {
            "plan": asdict(outcome.plan),
            "requests": len(outcome.answers.rows),
            "statuses": {str(status): count for status, count in outcome.answers.statuses().items()},
            "acknowledged": outcome.acknowledged,
            "comparisons": outcome.checks,
            "starts": outcome.starts,
            "inflicted": dict(outcome.inflicted),
            "not_injected": outcome.left_out,
            "erasures_proved": outcome.proved,
            "memory_mib_per_hour": asdict(self.slope) if self.slope else None,
            "latency_ms": {name: {"p50": p50, "p99": p99} for name, p50, p99 in self._latencies()},
            "broken": self.failures,
        }

    @property
    def _grows(self) -> bool:
        slope = self.slope
        return slope is not None and slope.minutes >= _JUDGED_MINUTES and slope.low > self._growth

    def _size(self) -> str:
        outcome = self.outcome
        asked, plan = len(outcome.answers.rows), outcome.plan
        counts = f"{asked:,} requests, {outcome.acknowledged:,} events acknowledged, {outcome.checks:,} comparisons"
        return f"{plan.seconds / 60:.1f} minutes, seed {plan.seed}: {counts}, {outcome.starts} starts"

    def _memory(self) -> str:
        if self.slope is None:
            return "too short to tell whether it grows"
        slope, judged = self.slope, self.slope.minutes >= _JUDGED_MINUTES
        said = (
            f"{slope.value:+.0f} MiB an hour ({slope.low:+.0f} to {slope.high:+.0f}) over {slope.minutes:.1f} minutes"
        )
        return said if judged else f"{said}, too short to judge"

    def _latencies(self) -> list[tuple[str, float, float]]:
        """Of answers that came, faults included, by operation."""
        found: dict[str, list[float]] = {}
        for each in self.outcome.answers.rows:
            if 0 < each.status < 500:
                found.setdefault(each.operation, []).append(each.seconds * 1e3)
        return [(name, *np.percentile(some, (50, 99)).tolist()) for name, some in sorted(found.items())]


def _of_last_process(outcome: Outcome) -> list[tuple[float, float]]:
    last = outcome.memory[-1][2] if outcome.memory else 0
    return [(seconds, mib) for seconds, mib, start in outcome.memory if start == last]
