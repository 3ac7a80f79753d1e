"""`time-split`: what people did before one instant is told, and what they took up after it are the targets."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from scripts.benchmarks.recall.dataset import Clock, Dataset, Entities
from scripts.benchmarks.recall.interactions import Interactions, Lists
from scripts.benchmarks.recall.split import Kind, Metric, ProtocolError, Split, counted


@dataclass(frozen=True, slots=True)
class TimeSplit:
    """The test begins where `share_before` of all positives have happened; a person's targets are new to that person.

    Attributes:
        share_before: of the positives.
        least: positives before the instant that a person needs to be tested with.
    """

    share_before: float = 0.8
    least: int = 5

    name = "time-split"
    listed = 20
    draws = 1
    metrics = (Metric(Kind.CAPPED_RECALL, 20), Metric(Kind.NDCG, 20))

    def split(self, dataset: Dataset, seed: int) -> Split:
        """Divide by time; the seed has no part in it."""
        if dataset.entities.clock is not Clock.SECONDS:
            raise ProtocolError(f"{self.name} needs times; {dataset.entities.name} has none")
        liked = dataset.events.values >= dataset.liked_from
        return self._divide(dataset.entities, dataset.events.take(liked), dataset.events.take(~liked), seed)

    def validation(self, split: Split) -> Split:
        """An earlier instant, found in the same way in what was left for learning."""
        return self._divide(split.entities, split.train, split.negatives, split.seed)

    def _divide(self, entities: Entities, positives: Interactions, negatives: Interactions, seed: int) -> Split:
        instant = float(np.quantile(positives.times, self.share_before))
        told = positives.take(positives.times < instant).last_words()
        later = positives.take(positives.times >= instant).last_words()
        enough = counted(told.users, len(entities.users)) >= self.least
        targets = later.take(enough[later.users] & ~np.isin(later.pairs(), told.pairs()))
        people = np.unique(targets.users)
        return Split(
            entities=entities,
            train=told,
            negatives=negatives.take(negatives.times < instant).last_words(),
            histories=Lists.group(told, people),
            targets=Lists.group(targets, people),
            now=instant,
            seed=seed,
        )
