"""The figures of a trial, by kind of request and setup, as text and as JSON."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any, Self

import numpy as np

from scripts.benchmarks.scaling.trial import Held, Reading, Turn


@dataclass(frozen=True, slots=True)
class Figures:
    """One kind of request on one setup.

    Attributes:
        kind: of requests.
        setup: its name.
        requests: how many.
        failed: of these.
        rate: answers a second, median over rounds.
        p50: milliseconds until an answer; p99 likewise.
        penchant: milliseconds of processor time a request, over all processes; median over rounds.
        postgres: the same of PostgreSQL's.
        haproxy: the same of the balancer's.
    """

    kind: str
    setup: str
    requests: int
    failed: int
    rate: float
    p50: float
    p99: float
    penchant: float
    postgres: float
    haproxy: float

    @classmethod
    def of(cls, turns: Sequence[Turn]) -> Self:
        """Of all turns of one setup with one kind."""
        latencies = 1e3 * np.concatenate([turn.answered.latencies for turn in turns])
        each = np.array([[1e3 * part / len(turn.answered.latencies) for part in turn.used] for turn in turns])
        return cls(
            turns[0].kind,
            turns[0].setup,
            len(latencies),
            sum(turn.answered.failed for turn in turns),
            float(np.median([turn.answered.rate for turn in turns])),
            *np.percentile(latencies, [50, 99]).tolist(),
            *np.median(each, axis=0).tolist(),
        )

    @property
    def cpu(self) -> float:
        """Milliseconds of processor time a request, of everything on the server's side."""
        return self.penchant + self.postgres + self.haproxy


@dataclass(frozen=True, slots=True)
class Report:
    """A whole trial.

    Attributes:
        title: what was asked of what.
        cores: of the machine, which the load shares.
        figures: by kind, then by setup; the first setup of a kind is what others are compared with.
        readings: of revisions.
        held: of people.
    """

    title: str
    cores: int
    figures: tuple[Figures, ...]
    readings: tuple[Reading, ...]
    held: tuple[Held, ...]

    def ratio(self, figures: Figures) -> float:
        """Answers a second by those of the first setup."""
        return figures.rate / next(each.rate for each in self.figures if each.kind == figures.kind)

    def payload(self) -> dict[str, Any]:
        """JSON-ready."""
        return {
            "title": self.title,
            "cores": self.cores,
            "figures": [{**asdict(each), "cpu": each.cpu, "ratio": self.ratio(each)} for each in self.figures],
            "readings": [asdict(each) for each in self.readings],
            "held": [{**asdict(each), "in_a_gigabyte": each.in_a_gigabyte} for each in self.held],
        }

    def table(self) -> str:
        """As Markdown."""
        head = "requests|failed|a second|times the first|p50 ms|p99 ms|CPU ms: Penchant|PostgreSQL|HAProxy"
        lines = [f"{self.title}; {self.cores} cores, which the load shares", "", *_head(f"kind|setup|{head}")]
        for each in self.figures:
            counted = f"{each.requests:,}|{each.failed:,}|{each.rate:.1f}|{self.ratio(each):.2f}"
            parts = f"{each.p50:.1f}|{each.p99:.1f}|{each.penchant:.2f}|{each.postgres:.2f}|{each.haproxy:.2f}"
            lines.append(f"| {each.kind} | {each.setup} | {' | '.join(f'{counted}|{parts}'.split('|'))} |")
        lines += ["", *_head("revisions of people asked for at once|CPU ms|PostgreSQL, CPU ms|wall ms")]
        lines += [
            f"| {each.people} | {each.cpu_ms:.3f} | {each.database_ms:.3f} | {each.wall_ms:.3f} |"
            for each in self.readings
        ]
        lines += ["", *_head("people held by|people|kB each|people in 1 GB")]
        lines += [
            f"| {each.setup} | {each.people:,} | {each.bytes_each / 1e3:.1f} | {each.in_a_gigabyte:,} |"
            for each in self.held
        ]
        return "\n".join(lines)


def figures_of(turns: Sequence[Turn]) -> tuple[Figures, ...]:
    """By kind and setup, in the order in which they came first."""
    keys = dict.fromkeys((turn.kind, turn.setup) for turn in turns)
    order = {setup: place for place, setup in enumerate(dict.fromkeys(turn.setup for turn in turns))}
    keys = dict.fromkeys(sorted(keys, key=lambda key: (key[0], order[key[1]])))
    return tuple(Figures.of([turn for turn in turns if (turn.kind, turn.setup) == key]) for key in keys)


def _head(names: str) -> list[str]:
    cells = names.split("|")
    return [f"| {' | '.join(cells)} |", f"|{'---|' * len(cells)}"]
