"""The figures as text and as JSON."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict
from typing import Any

from scripts.benchmarks.ann.cases import EVERYTHING
from scripts.benchmarks.ann.measure import Figures, Measured

_WAITS = 1.5
"""Times as long by the clock as CPU was used, from which that is told."""


def table(title: str, measured: Mapping[str, Measured], missing: Sequence[str]) -> str:
    """Markdown: recall, CPU milliseconds and what they are of an unfiltered search, by case and engine."""
    lines = [title, "", f"| what may be found | {' | '.join(measured)} |", f"|---|{'---|' * len(measured)}"]
    for case in next(iter(measured.values())).cases:
        cells = [_cell(each.cases[case], each.cases[EVERYTHING]) for each in measured.values()]
        lines.append(f"| {case} | {' | '.join(cells)} |")
    lines.append(f"| CPU to build | {' | '.join(f'{each.build_seconds:.0f} s' for each in measured.values())} |")
    lines.append(f"| bytes an item | {' | '.join(_bytes(each.bytes_an_item) for each in measured.values())} |")
    return "\n".join([*lines, "", *_notes(measured, missing)])


def payload(title: str, measured: Mapping[str, Measured]) -> dict[str, Any]:
    """The same for a file."""
    return {"title": title, "engines": {name: asdict(each) for name, each in measured.items()}}


def _cell(figures: Figures | None, unfiltered: Figures | None) -> str:
    if figures is None or unfiltered is None:
        return "no such filter"
    times = figures.milliseconds / max(unfiltered.milliseconds, 1e-9)
    waited = f", waited {figures.waited:.1f} ms" if figures.waited > _WAITS * figures.milliseconds else ""
    return f"{figures.recall:.3f} (least {figures.least:.2f}), {figures.milliseconds:.2f} ms, {times:.1f}x{waited}"


def _bytes(count: float | None) -> str:
    return "not told" if count is None else f"{count:,.0f}"


def _notes(measured: Mapping[str, Measured], missing: Sequence[str]) -> Iterator[str]:
    yield from (f"{name}: {each.told}" for name, each in measured.items())
    yield from (f"{name}: not installed (`pip install penchant[benchmark]`)" for name in missing)
