"""A comparison as a picture: accuracy with its interval, and how much of the catalogue is recommended at all."""

from __future__ import annotations

from collections.abc import Sequence
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, Final

from scripts.benchmarks.recall.summary import LEVEL, Heading, Summary

if TYPE_CHECKING:
    from matplotlib.axes import Axes

PICTURES: Final = (".png", ".svg", ".pdf")
"""How the name of a picture may end."""

_OURS: Final = "#c2410c"
_OTHERS: Final = "#64748b"
_OUR_NAMES: Final = ("factors", "as served")


def can_draw() -> bool:
    """Whether matplotlib is installed, which the service itself does not need."""
    return find_spec("matplotlib") is not None


def draw(heading: Heading, summaries: Sequence[Summary], file: Path) -> None:
    """Write the picture in the format that the file's name ends in, one of PICTURES."""
    from matplotlib.figure import Figure  # noqa: PLC0415 - an extra, and slow to import

    figure = Figure(figsize=(11, 1.2 + 0.4 * max(len(summaries), 5)), layout="constrained")
    accuracy, reach = figure.subplots(1, 2, sharey=True, width_ratios=(3, 2))
    best_last = list(reversed(summaries))
    _draw_accuracy(accuracy, heading.decisive, best_last)
    _draw_reach(reach, best_last)
    figure.suptitle(f"{heading.dataset}, {heading.protocol}: {heading.people:,} people, {heading.items:,} items")
    figure.savefig(file, dpi=150)


def _draw_accuracy(axes: Axes, metric: str, summaries: Sequence[Summary]) -> None:
    values = [summary.figures.values[metric] for summary in summaries]
    ends = [summary.figures.intervals[metric] for summary in summaries]
    below = [value - low for value, (low, _) in zip(values, ends, strict=True)]
    above = [high - value for value, (_, high) in zip(values, ends, strict=True)]
    axes.barh(_names(summaries), values, xerr=(below, above), color=_colours(summaries), capsize=3)
    for place, (value, (_, high)) in enumerate(zip(values, ends, strict=True)):
        axes.text(high, place, f"  {value:.4f}", va="center")
    axes.margins(x=0.14)
    axes.set_xlabel(f"{metric}, {LEVEL:.0%} interval")


def _draw_reach(axes: Axes, summaries: Sequence[Summary]) -> None:
    metric = next(name for name in summaries[0].figures.values if name.startswith("coverage"))
    values = [100 * summary.figures.values[metric] for summary in summaries]
    axes.barh(_names(summaries), values, color=_colours(summaries))
    axes.set_xlabel(f"{metric}, % of the catalogue")


def _names(summaries: Sequence[Summary]) -> list[str]:
    return [summary.row.model for summary in summaries]


def _colours(summaries: Sequence[Summary]) -> list[str]:
    return [_OURS if name.startswith(_OUR_NAMES) else _OTHERS for name in _names(summaries)]
