"""`cold-items`: a fifth of the items leaves training altogether, and only these are targets."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from scripts.evaluation.dataset import Dataset, Entities
from scripts.evaluation.interactions import Interactions, Lists
from scripts.evaluation.split import Kind, Metric, ProtocolError, Scope, Split


@dataclass(frozen=True, slots=True)
class ColdItems:
    """Ranked twice: among the cold items only, and among all. People are told what they liked of the other items.

    Attributes:
        cold_share: share of the items with positives that is cold.
    """

    cold_share: float = 0.2

    name = "cold-items"
    listed = 20
    metrics = (Metric(Kind.RECALL, 20), Metric(Kind.NDCG, 100))

    def split(self, dataset: Dataset, seed: int) -> Split:
        """Items drawn by the seed leave."""
        if not dataset.entities.documents:
            raise ProtocolError(f"{self.name} needs to know what items are; {dataset.entities.name} does not tell")
        return self._divide(dataset.entities, dataset.positives(), dataset.negatives(), seed)

    def validation(self, split: Split) -> Split:
        """A fifth of the other items leaves too, and is ranked by itself."""
        divided = self._divide(split.entities, split.train, split.negatives, split.seed + 1)
        return replace(divided, scopes=divided.scopes[:1])

    def _divide(self, entities: Entities, positives: Interactions, negatives: Interactions, seed: int) -> Split:
        known = np.unique(positives.items)
        number = max(1, round(self.cold_share * len(known)))
        cold = np.isin(np.arange(len(entities.items)), np.random.default_rng(seed).choice(known, number, replace=False))
        targets, told = positives.take(cold[positives.items]), positives.take(~cold[positives.items])
        people = np.intersect1d(targets.users, told.users)
        return Split(
            entities=entities,
            train=told,
            negatives=negatives.take(~cold[negatives.items]),
            histories=Lists.group(told, people),
            targets=Lists.group(targets, people),
            now=float(positives.times.max()),
            seed=seed,
            scopes=(Scope(allowed=cold), Scope(" among all")),
        )
