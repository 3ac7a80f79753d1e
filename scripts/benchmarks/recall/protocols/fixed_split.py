"""`fixed-split`: the published train and test files."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from scripts.benchmarks.recall.dataset import Dataset, Entities
from scripts.benchmarks.recall.interactions import Interactions, Lists
from scripts.benchmarks.recall.split import Kind, Metric, ProtocolError, Split, counted, shuffled_ranks


@dataclass(frozen=True, slots=True)
class FixedSplit:
    """What a person is told is that person's part of the training file.

    Attributes:
        validation_share: share of a person's training interactions that validation tests with.
        least: training interactions that a person needs to be validated with.
    """

    validation_share: float = 0.1
    least: int = 5

    name = "fixed-split"
    listed = 20
    draws = 1
    metrics = (Metric(Kind.RECALL, 20), Metric(Kind.NDCG, 20))

    def split(self, dataset: Dataset, seed: int) -> Split:
        """Divide as published; the seed has no part in it."""
        if dataset.published_test is None:
            raise ProtocolError(
                f"{self.name} needs train.txt and test.txt; {dataset.entities.name} has no published split"
            )
        return _divide(dataset.entities, dataset.events, dataset.published_test, seed)

    def validation(self, split: Split) -> Split:
        """A random tenth of each person's training interactions."""
        people, random = len(split.entities.users), np.random.default_rng(split.seed + 1)
        counts = counted(split.train.users, people)
        wanted = np.where(counts >= self.least, np.maximum(1, (self.validation_share * counts).astype(np.int64)), 0)
        is_target = shuffled_ranks(split.train, people, random) < wanted[split.train.users]
        return _divide(split.entities, split.train, is_target, split.seed + 1)


def _divide(entities: Entities, entries: Interactions, is_target: NDArray[np.bool_], seed: int) -> Split:
    train, targets = entries.take(~is_target), entries.take(is_target)
    people = np.unique(targets.users)
    return Split(
        entities=entities,
        train=train,
        negatives=train.take(np.zeros(len(train), dtype=np.bool_)),
        histories=Lists.group(train, people),
        targets=Lists.group(targets, people),
        now=float(entries.times.max()),
        seed=seed,
    )
