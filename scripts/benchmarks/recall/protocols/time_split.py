"""`time-split`: what people did before one instant is told, and what they took up after it are the targets.

What happened at the very instant is after it, for everybody, so that no tie is divided. How many people were in the
midst of a sitting is told: their targets are what they went on with.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from models.ids import Rows
from scripts.benchmarks.recall.dataset import Clock, Dataset, Entities
from scripts.benchmarks.recall.interactions import Interactions, Lists
from scripts.benchmarks.recall.split import Kind, Metric, ProtocolError, Split, counted
from scripts.benchmarks.sittings import TOGETHER_SECONDS


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
            ties=_ties(told, targets, people),
        )


def _ties(told: Interactions, targets: Interactions, people: Rows) -> str:
    """How many people had done something within a minute before their first target."""
    last, first = np.full(int(people.max(initial=-1)) + 1, -np.inf), np.full(int(people.max(initial=-1)) + 1, np.inf)
    mine = told.take(np.isin(told.users, people))
    np.maximum.at(last, mine.users, mine.times)
    np.minimum.at(first, targets.users, targets.times)
    amid = int((first[people] - last[people] <= TOGETHER_SECONDS).sum())
    if not amid:
        return ""
    return (
        f"{amid:,} of {len(people):,} people ({amid / len(people):.1%}) were in the midst of a sitting at the instant"
    )
