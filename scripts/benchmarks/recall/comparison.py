"""All models of a comparison, one after the other, on one split."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import closing
from dataclasses import dataclass
from time import perf_counter
from typing import Any

import numpy as np
from tqdm import tqdm

from models.metrics.beyond_accuracy import ItemVectors
from scripts.benchmarks.recall.content import ContentVectors
from scripts.benchmarks.recall.interactions import Matrix
from scripts.benchmarks.recall.measure import Figures, Yardstick, measure
from scripts.benchmarks.recall.model import Model, NotApplicableError, Settings
from scripts.benchmarks.recall.split import Split


@dataclass(frozen=True, slots=True)
class Row:
    """One model's part of the table.

    Attributes:
        model: its name.
        settings: with which it learned.
        figures: of every test person.
        learning_seconds: to choose settings and learn, by the wall clock.
        ranking_seconds: to rank for all test people.
    """

    model: str
    settings: Settings
    figures: Figures
    learning_seconds: float
    ranking_seconds: float


@dataclass(frozen=True, slots=True)
class Skipped:
    """A model that could not learn from the split, and why."""

    model: str
    reason: str


def compare(models: Sequence[Model], split: Split, yardstick: Yardstick) -> tuple[list[Row], list[Skipped]]:
    """The rows of the table in the order of `models`, and the models that have none; draws a progress bar."""
    rows: list[Row] = []
    skipped: list[Skipped] = []
    people = len(split.histories) * len(split.scopes)
    with tqdm(total=people * len(models), unit=" people", dynamic_ncols=True) as bar:
        for number, model in enumerate(models, start=1):
            bar.set_description(f"{model.name}: learning")
            try:
                rows.append(_row(model, split, yardstick, bar))
            except NotApplicableError as error:
                skipped.append(Skipped(model.name, str(error)))
            bar.update(people * number - bar.n)
    return rows, skipped


def item_vectors(split: Split, content: ContentVectors) -> ItemVectors:
    """What the distance of two items is measured by: their content or, where nothing is known of it, their people."""
    if split.entities.documents:
        return content.of(split.entities)
    engaged = split.train.matrix(len(split.entities.users), len(split.entities.items))
    by_item = Matrix(engaged.T.tocsr())
    people = np.diff(by_item.indptr)
    by_item.data /= np.sqrt(np.repeat(people, people)).astype(np.float32)
    return by_item


def _row(model: Model, split: Split, yardstick: Yardstick, bar: tqdm[Any]) -> Row:
    started = perf_counter()
    with closing(model.fit(split)) as ranker:
        learned = perf_counter()
        bar.set_description(f"{model.name}: ranking")
        figures = measure(ranker, split, yardstick, bar.update)
        return Row(model.name, ranker.settings, figures, learned - started, perf_counter() - learned)
