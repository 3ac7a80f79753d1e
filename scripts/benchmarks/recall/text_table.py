"""A comparison as text."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import chain

from scripts.benchmarks.recall.comparison import Skipped
from scripts.benchmarks.recall.summary import LEVEL, Heading, Means, Summary

Line = list[str]


def text_table(heading: Heading, summaries: Sequence[Summary], skipped: Sequence[Skipped], against: str | None) -> str:
    """Accuracy with intervals, then differences where they are wanted, then what accuracy does not see."""
    if not summaries:
        return "\n".join([_title(heading), *heading.remarks, *_notes(skipped)])
    figures = [(summary.row.model, summary.figures) for summary in summaries]
    gains = [(summary.row.model, summary.gains) for summary in summaries if summary.gains is not None]
    blocks = [
        [_title(heading), *heading.remarks],
        _aligned(_with_intervals("model", figures, heading.accuracy)),
        _aligned(_with_intervals(f"gain over {against}", gains, heading.accuracy)) if gains else [],
        _aligned(_others(summaries, heading.accuracy)),
        list(_notes(skipped)),
    ]
    return "\n\n".join("\n".join(block) for block in blocks if block)


def _title(heading: Heading) -> str:
    return (
        f"{heading.dataset}, {heading.protocol}, seed {heading.seed}: {heading.people:,} people, "
        f"{heading.items:,} items; {LEVEL:.0%} intervals by bootstrap over people"
    )


def _with_intervals(first: str, rows: Sequence[tuple[str, Means]], names: Sequence[str]) -> Iterator[Line]:
    yield [first, *names]
    for model, means in rows:
        yield [model, *(_interval(means, name) for name in names)]


def _interval(means: Means, name: str) -> str:
    low, high = means.intervals[name]
    return f"{means.values[name]:.4f} [{low:.4f}, {high:.4f}]"


def _others(summaries: Sequence[Summary], accuracy: Sequence[str]) -> Iterator[Line]:
    names = [name for name in summaries[0].figures.values if name not in accuracy]
    yield ["model", *names, "learning", "ranking"]
    for summary in summaries:
        times = (f"{seconds:.1f} s" for seconds in (summary.row.learning_seconds, summary.row.ranking_seconds))
        yield [summary.row.model, *(f"{summary.figures.values[name]:.3f}" for name in names), *times]


def _notes(skipped: Sequence[Skipped]) -> Iterator[str]:
    for model in skipped:
        yield f"{model.model}: left out, {model.reason}"


def _aligned(lines: Iterator[Line]) -> Line:
    """The first column to the left, the others to the right."""
    cells = list(lines)
    widths = [max(map(len, column)) for column in zip(*cells, strict=True)]
    return [
        "  ".join(
            chain(
                [line[0].ljust(widths[0])],
                (cell.rjust(width) for cell, width in zip(line[1:], widths[1:], strict=True)),
            )
        )
        for line in cells
    ]
