"""`user-split`: some people are held out whole; of their positives a part is told and the rest are the targets."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from models.ids import Rows
from scripts.benchmarks.recall.dataset import Dataset, Entities
from scripts.benchmarks.recall.interactions import Interactions, Lists
from scripts.benchmarks.recall.split import Kind, Metric, ProtocolError, Split, counted, shuffled_ranks


@dataclass(frozen=True, slots=True)
class UserSplit:
    """Held out are `held_out` people or a tenth of all, whichever are more, but no more than half of those who can be.

    Attributes:
        held_out: least number of people to hold out.
        target_share: share of a held-out person's positives that are targets, at least one of them.
        least: positives that a person needs to be held out.
    """

    held_out: int = 200
    target_share: float = 0.2
    least: int = 5

    name = "user-split"
    listed = 20
    draws = 3
    metrics = (Metric(Kind.CAPPED_RECALL, 20), Metric(Kind.CAPPED_RECALL, 50), Metric(Kind.NDCG, 100))

    def split(self, dataset: Dataset, seed: int) -> Split:
        """Hold people out, drawn by the seed."""
        return self._hold_out(dataset.entities, dataset.positives(), dataset.negatives(), seed)

    def validation(self, split: Split) -> Split:
        """Hold out further people, out of those who were left for learning."""
        return self._hold_out(split.entities, split.train, split.negatives, split.seed + 1)

    def _hold_out(self, entities: Entities, positives: Interactions, negatives: Interactions, seed: int) -> Split:
        random = np.random.default_rng(seed)
        people = len(entities.users)
        held_out = self._choose(positives, people, random)
        is_held_out = np.isin(positives.users, held_out)
        counts = counted(positives.users, people)
        wanted = np.maximum(1, np.round(self.target_share * counts).astype(np.int64))
        is_target = is_held_out & (shuffled_ranks(positives, people, random) < wanted[positives.users])
        return Split(
            entities=entities,
            train=positives.take(~is_held_out),
            negatives=negatives,
            histories=Lists.group(positives.take(is_held_out & ~is_target), held_out),
            targets=Lists.group(positives.take(is_target), held_out),
            now=float(positives.times.max()),
            seed=seed,
        )

    def _choose(self, positives: Interactions, people: int, random: np.random.Generator) -> Rows:
        eligible = np.flatnonzero(counted(positives.users, people) >= self.least)
        number = min(max(self.held_out, people // 10), len(eligible) // 2)
        if not number:
            raise ProtocolError(f"{self.name} needs people with {self.least} positives or more")
        return np.sort(random.choice(eligible, number, replace=False)).astype(np.int32)
