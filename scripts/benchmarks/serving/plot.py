"""A trial as a picture: processor time a request and latency, by kind of request and server."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Final

import numpy as np

from scripts.benchmarks.serving.report import Figures, Report

if TYPE_CHECKING:
    from matplotlib.axes import Axes

_COLOURS: Final = ("#c2410c", "#64748b")


def draw(report: Report, file: Path) -> None:
    """Write the picture in the format that the file's name ends in."""
    from matplotlib.figure import Figure  # noqa: PLC0415 - an extra, and slow to import

    kinds = list(dict.fromkeys(each.kind for each in report.figures))
    picture = Figure(figsize=(11, 1.5 + 0.5 * len(kinds)), layout="constrained")
    cpu, latency = picture.subplots(1, 2, sharey=True)
    _bars(cpu, report.figures, kinds, lambda each: each.cpu)
    if report.ceiling:
        cpu.axvline(report.ceiling[0].cpu, color="black", linestyle=":", label="the framework alone")
    _bars(latency, report.figures, kinds, lambda each: each.p99)
    cpu.set_xlabel("processor milliseconds a request")
    latency.set_xlabel("p99 latency, milliseconds")
    cpu.invert_yaxis()
    cpu.legend()
    picture.suptitle(report.title)
    picture.savefig(file, dpi=150)


def _bars(axes: Axes, figures: Sequence[Figures], kinds: Sequence[str], value: Callable[[Figures], float]) -> None:
    servers = list(dict.fromkeys(each.server for each in figures))
    height = 0.8 / len(servers)
    for number, server in enumerate(servers):
        some = [each for each in figures if each.server == server]
        places = np.array([kinds.index(each.kind) for each in some]) + (number - (len(servers) - 1) / 2) * height
        bars = axes.barh(places, [value(each) for each in some], height, label=server, color=_COLOURS[number % 2])
        axes.bar_label(bars, fmt=" %.1f")
    axes.set_yticks(range(len(kinds)), kinds)
    axes.margins(x=0.12)
