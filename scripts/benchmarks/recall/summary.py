"""What a comparison comes to: means over people with intervals, and differences to one of the rows."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np

from models.metrics import mean_interval
from scripts.benchmarks.recall.comparison import Row
from scripts.benchmarks.recall.measure import Values

Interval = tuple[float, float]

LEVEL: Final = 0.95
"""Share of the resamples that lies inside an interval."""


@dataclass(frozen=True, slots=True)
class Means:
    """Means over people.

    Attributes:
        values: by name of the figure.
        intervals: the same names, unless a figure is no mean, as coverage is.
    """

    values: dict[str, float]
    intervals: dict[str, Interval]


@dataclass(frozen=True, slots=True)
class Summary:
    """A row of the table.

    Attributes:
        row: what was summed up.
        figures: of the model.
        gains: the model's figures less those of the row that all are compared with; None for that row and without one.
    """

    row: Row
    figures: Means
    gains: Means | None


@dataclass(frozen=True, slots=True)
class Heading:
    """What all rows of a table have in common.

    Attributes:
        dataset: its name.
        protocol: its name.
        seed: of the division and of the resamples.
        people: tested.
        items: of the catalogue.
        accuracy: names of the accuracy figures.
        decisive: the one among them by which settings are chosen.
        remarks: what is to be known of the data beside the figures, a sentence each.
    """

    dataset: str
    protocol: str
    seed: int
    people: int
    items: int
    accuracy: tuple[str, ...]
    decisive: str
    remarks: tuple[str, ...] = ()


def summarise(rows: Sequence[Row], seed: int, against: str | None = None) -> list[Summary]:
    """Means and intervals; every row's resamples are of the same people.

    Args:
        rows: of one split.
        seed: of the resamples.
        against: the model to which the others' differences are wanted.
    """
    reference = next((row.figures.values for row in rows if row.model == against), None)
    return [
        Summary(
            row=row,
            figures=_means(row.figures.values, row.figures.coverage, seed),
            gains=None if reference is None or row.model == against else _gains(row, reference, seed),
        )
        for row in rows
    ]


def _gains(row: Row, reference: Mapping[str, Values], seed: int) -> Means:
    return _means({name: values - reference[name] for name, values in row.figures.values.items()}, {}, seed)


def _means(columns: Mapping[str, Values], others: Mapping[str, float], seed: int) -> Means:
    values = np.column_stack(list(columns.values()))
    low, high = mean_interval(values, seed, LEVEL)
    means = dict(zip(columns, values.mean(axis=0).tolist(), strict=True))
    intervals = zip(low.tolist(), high.tolist(), strict=True)
    return Means({**means, **others}, dict(zip(columns, intervals, strict=True)))
