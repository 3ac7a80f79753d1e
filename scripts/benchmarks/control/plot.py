"""The figures as a picture, beside what is published of others."""

from __future__ import annotations

from pathlib import Path
from typing import Final

from scripts.benchmarks.control.report import PUBLISHED, Figure, Figures

_OURS: Final = "#c2410c"
_OTHERS: Final = "#64748b"
_PICTURED: Final = ("muted", "near", "tags", "topic")


def draw(title: str, figures: Figures, file: Path) -> None:
    """Write what each action prevents of what it is mostly about, in the format that the file's name ends in."""
    from matplotlib.figure import Figure as Picture  # noqa: PLC0415 - an extra, and slow to import

    ours = [(f"{action.value}: {kind.name}", kind) for action, found in figures.items() for kind in pictured(found)]
    names = [*PUBLISHED, *(name for name, _ in ours)][::-1]
    values = [*PUBLISHED.values(), *(kind.value for _, kind in ours)][::-1]
    below = [*[0.0] * len(PUBLISHED), *(kind.value - kind.low for _, kind in ours)][::-1]
    above = [*[0.0] * len(PUBLISHED), *(kind.high - kind.value for _, kind in ours)][::-1]
    colours = [*[_OTHERS] * len(PUBLISHED), *[_OURS] * len(ours)][::-1]
    picture = Picture(figsize=(9, 1.2 + 0.35 * len(names)), layout="constrained")
    axes = picture.subplots()
    ends = ([100 * each for each in below], [100 * each for each in above])
    axes.barh(names, [100 * value for value in values], xerr=ends, color=colours, capsize=3)
    axes.set_xlabel("% of unwanted recommendations prevented; grey: published of the largest video site")
    picture.suptitle(title)
    picture.savefig(file, dpi=150)


def pictured(found: tuple[Figure, ...]) -> list[Figure]:
    """What is muted, or else neighbours, tags and topic."""
    muted = [each for each in found if each.name == "muted"]
    return muted or [each for each in found if each.name in _PICTURED]
