"""The figures of a trial: by kind of request and by server, and their ratios to the server that is compared with."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass
from typing import Any, Self

import numpy as np

from scripts.benchmarks.serving.trial import Memory, Turn

_COLUMNS = ("requests", "failed", "a second", "p50 ms", "p95 ms", "p99 ms", "CPU ms", "kB")


@dataclass(frozen=True, slots=True)
class Figures:
    """One kind of request on one server.

    Attributes:
        kind: of requests.
        server: its name.
        requests: how many.
        failed: of these.
        rate: answers a second.
        p50: milliseconds from when a request was due to its answer; p95 and p99 likewise.
        cpu: milliseconds of processor time a request, median over rounds.
        kilobytes: of a body, mean.
    """

    kind: str
    server: str
    requests: int
    failed: int
    rate: float
    p50: float
    p95: float
    p99: float
    cpu: float
    kilobytes: float

    @classmethod
    def of(cls, turns: Sequence[Turn]) -> Self:
        """Of all turns of one server with one kind."""
        latencies = 1e3 * np.concatenate([turn.answered.latencies for turn in turns])
        p50, p95, p99 = np.percentile(latencies, [50, 95, 99]).tolist()
        return cls(
            kind=turns[0].kind,
            server=turns[0].server,
            requests=len(latencies),
            failed=sum(turn.answered.failed for turn in turns),
            rate=len(latencies) / sum(turn.answered.seconds for turn in turns),
            p50=p50,
            p95=p95,
            p99=p99,
            cpu=float(np.median([1e3 * turn.cpu_seconds / len(turn.answered.latencies) for turn in turns])),
            kilobytes=float(np.concatenate([turn.answered.bytes for turn in turns]).mean()) / 1e3,
        )


@dataclass(frozen=True, slots=True)
class Report:
    """A whole trial.

    Attributes:
        title: what was asked of what.
        figures: by kind, then by server.
        busiest: with as many clients as the plan says, waiting for each answer.
        ceiling: of the framework alone, by size of answer.
        memory: of each server.
        against: name of the server that others are compared with, or None.
    """

    title: str
    figures: tuple[Figures, ...]
    busiest: tuple[Figures, ...]
    ceiling: tuple[Figures, ...]
    memory: tuple[Memory, ...]
    against: str | None = None

    def ratio(self, figures: Figures) -> float | None:
        """CPU a request as a part of that of the other server; None where there is none to compare with."""
        base = [each for each in self.figures if each.kind == figures.kind and each.server == self.against]
        return figures.cpu / base[0].cpu if base and figures.server != self.against else None

    def payload(self) -> dict[str, Any]:
        """JSON-ready."""
        figures = [{**asdict(each), "ratio": self.ratio(each)} for each in self.figures]
        return {
            "title": self.title,
            "against": self.against,
            "figures": figures,
            "busiest": [asdict(each) for each in self.busiest],
            "ceiling": [asdict(each) for each in self.ceiling],
            "memory": [asdict(each) for each in self.memory],
        }

    def table(self) -> str:
        """As text."""
        blocks = [[self.title], _aligned(self._lines())]
        blocks.append(_aligned(_lines("as many as can be answered", self.busiest)))
        blocks.append(_aligned(_lines("the framework alone", self.ceiling)))
        blocks.append(_aligned(_memory(self.memory)))
        return "\n\n".join("\n".join(block) for block in blocks)

    def _lines(self) -> Iterator[list[str]]:
        lines = _lines("kind of request", self.figures)
        yield [*next(lines), "CPU ratio"]
        for figures, line in zip(self.figures, lines, strict=True):
            ratio = self.ratio(figures)
            yield [*line, "" if ratio is None else f"{ratio:.3f}"]


def figures_of(turns: Sequence[Turn]) -> tuple[Figures, ...]:
    """By kind and server, in the order in which they came first."""
    keys = dict.fromkeys((turn.kind, turn.server) for turn in turns)
    return tuple(Figures.of([turn for turn in turns if (turn.kind, turn.server) == key]) for key in keys)


def _lines(first: str, figures: Sequence[Figures]) -> Iterator[list[str]]:
    yield [first, "server", *_COLUMNS]
    for each in figures:
        numbers = (each.p50, each.p95, each.p99, each.cpu, each.kilobytes)
        counted = [f"{each.requests:,}", f"{each.failed:,}", f"{each.rate:.1f}"]
        yield [each.kind, each.server, *counted, *(f"{number:.2f}" for number in numbers)]


def _memory(memory: Sequence[Memory]) -> Iterator[list[str]]:
    yield ["memory, MiB", "at start", "at end", "peak"]
    for each in memory:
        yield [each.server, *(f"{number:.0f}" for number in (each.at_start, each.at_end, each.peak))]


def _aligned(lines: Iterator[list[str]]) -> list[str]:
    """The first column to the left, the others to the right."""
    cells = list(lines)
    widths = [max(map(len, column)) for column in zip(*cells, strict=True)]
    return [
        "  ".join(
            [line[0].ljust(widths[0]), *(cell.rjust(width) for cell, width in zip(line[1:], widths[1:], strict=True))]
        )
        for line in cells
    ]
