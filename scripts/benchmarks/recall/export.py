"""A comparison for programs: JSON and CSV."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator, Sequence
from typing import Any, Final

import orjson

from scripts.benchmarks.recall.summary import Heading, Means, Summary

_CSV_COLUMNS: Final = ("dataset", "protocol", "seed", "people", "model", "metric", "value", "low", "high")


def to_json(heading: Heading, summaries: Sequence[Summary]) -> bytes:
    """A list of rows, each with `model`, `metrics`, `intervals` and all that is needed to tell what was measured."""
    return orjson.dumps([_row(heading, summary) for summary in summaries], option=orjson.OPT_INDENT_2)


def to_csv(heading: Heading, summaries: Sequence[Summary]) -> str:
    """One line a model and metric; `low` and `high` are empty where there is no interval."""
    file = io.StringIO()
    writer = csv.writer(file, lineterminator="\n")
    writer.writerow(_CSV_COLUMNS)
    for summary in summaries:
        writer.writerows(_lines(heading, summary.row.model, summary.figures))
    return file.getvalue()


def _row(heading: Heading, summary: Summary) -> dict[str, Any]:
    row = {
        "model": summary.row.model,
        "metrics": summary.figures.values,
        "intervals": summary.figures.intervals,
        "settings": dict(summary.row.settings),
        "seconds": {"learning": summary.row.learning_seconds, "ranking": summary.row.ranking_seconds},
        "dataset": heading.dataset,
        "protocol": heading.protocol,
        "seed": heading.seed,
        "people": heading.people,
        "items": heading.items,
    }
    gains = summary.gains
    return row if gains is None else {**row, "gains": gains.values, "gain_intervals": gains.intervals}


def _lines(heading: Heading, model: str, figures: Means) -> Iterator[tuple[object, ...]]:
    for metric, value in figures.values.items():
        low, high = figures.intervals.get(metric, ("", ""))
        yield heading.dataset, heading.protocol, heading.seed, heading.people, model, metric, value, low, high
