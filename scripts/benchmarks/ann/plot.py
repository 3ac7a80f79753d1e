"""The figures as a picture: recall and CPU by case."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from scripts.benchmarks.ann.measure import Measured


def draw(title: str, measured: Mapping[str, Measured], file: Path) -> None:
    """Write it in the format that the file's name ends in."""
    from matplotlib.figure import Figure as Picture  # noqa: PLC0415 - an extra, and slow to import

    names = list(next(iter(measured.values())).cases)
    picture = Picture(figsize=(12, 1.5 + 0.4 * len(names)), layout="constrained")
    recall, cost = picture.subplots(1, 2, sharey=True)
    for engine, each in measured.items():
        places = [place for place, name in enumerate(names) if each.cases[name] is not None]
        figures = [figure for figure in each.cases.values() if figure is not None]
        recall.plot([figure.recall for figure in figures], places, "o-", label=engine)
        cost.plot([figure.milliseconds for figure in figures], places, "o-", label=engine)
    recall.set_yticks(range(len(names)), names)
    recall.invert_yaxis()
    recall.set_xlabel("recall@k against exact search")
    cost.set_xscale("log")
    cost.set_xlabel("CPU milliseconds a search")
    cost.legend()
    picture.suptitle(title)
    picture.savefig(file, dpi=150)
