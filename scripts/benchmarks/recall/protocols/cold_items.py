"""`cold-items`: a fifth of the items leaves training altogether, and only these are targets.

They play items that have just come out: their date of publication is the moment of the test.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import UTC, datetime

import numpy as np
from numpy.typing import NDArray

from scripts.benchmarks.recall.dataset import Dataset, Entities
from scripts.benchmarks.recall.interactions import Interactions, Lists
from scripts.benchmarks.recall.split import Kind, Metric, ProtocolError, Scope, Split


@dataclass(frozen=True, slots=True)
class ColdItems:
    """Ranked twice: among the cold items only, and among all. People are told what they liked of the other items.

    Attributes:
        cold_share: share of the items with positives that is cold.
    """

    cold_share: float = 0.2

    name = "cold-items"
    listed = 20
    draws = 3
    metrics = (Metric(Kind.CAPPED_RECALL, 20), Metric(Kind.NDCG, 100))

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
        people, now = np.intersect1d(targets.users, told.users), float(positives.times.max())
        return Split(
            entities=_published(entities, cold, now),
            train=told,
            negatives=negatives.take(~cold[negatives.items]),
            histories=Lists.group(told, people),
            targets=Lists.group(targets, people),
            now=now,
            seed=seed,
            scopes=(Scope(allowed=cold), Scope(" among all")),
        )


def _published(entities: Entities, cold: NDArray[np.bool_], now: float) -> Entities:
    """The same entities with the marked items published at `now`, in seconds since 1970."""
    just_now = {"published_at": datetime.fromtimestamp(now, UTC), "expires_at": None}
    documents = [
        document.model_copy(update=just_now) if document and new else document
        for document, new in zip(entities.documents, cold.tolist(), strict=True)
    ]
    return replace(entities, documents=tuple(documents))
