"""A trial as a picture: answers a second, and processor time a request by who uses it."""

from __future__ import annotations

from pathlib import Path
from typing import Final

import numpy as np

from scripts.benchmarks.scaling.report import Report

_PARTS: Final = {"penchant": "#c2410c", "postgres": "#1d4ed8", "haproxy": "#64748b"}


def draw(report: Report, file: Path) -> None:
    """Write the picture in the format that the file's name ends in."""
    from matplotlib.figure import Figure  # noqa: PLC0415 - an extra, and slow to import

    names = [f"{each.kind}: {each.setup}" for each in report.figures]
    picture = Figure(figsize=(12, 1.5 + 0.45 * len(names)), layout="constrained")
    rates, cpu = picture.subplots(1, 2, sharey=True)
    bars = rates.barh(range(len(names)), [each.rate for each in report.figures], color="#0f766e")
    rates.bar_label(bars, fmt=" %.0f")
    left = np.zeros(len(names))
    for part, colour in _PARTS.items():
        widths = np.array([getattr(each, part) for each in report.figures])
        cpu.barh(range(len(names)), widths, left=left, color=colour, label=part)
        left += widths
    rates.set_yticks(range(len(names)), names)
    rates.invert_yaxis()
    rates.set_xlabel("answers a second")
    cpu.set_xlabel("processor milliseconds a request")
    cpu.legend()
    picture.suptitle(f"{report.title}; {report.cores} cores, which the load shares")
    picture.savefig(file, dpi=150)
