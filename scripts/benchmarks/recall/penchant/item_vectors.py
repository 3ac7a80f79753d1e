"""Penchant's item vectors with exact search: what is served, less the index, the score's other terms and the floors.

They learn from positives only, like every other row: no ranking profits from knowing what a person turned down.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import Final

import numpy as np
from numpy.typing import NDArray
from scipy import sparse

from app.settings import Settings as AppSettings
from indexer.behaviour import LearnedVectors, Offer, learn_vectors
from models.events import CODE_OF, EventType
from models.interactions import Engagements
from models.interactions import Interactions as TrainingInteractions
from models.signal_table import SignalTable
from models.user_state import DAY_SECONDS, decay
from scripts.benchmarks.recall.content import ContentVectors
from scripts.benchmarks.recall.dataset import Clock, Entities
from scripts.benchmarks.recall.interactions import Interactions, Lists, Matrix
from scripts.benchmarks.recall.model import NotApplicableError, Scores, Settings
from scripts.benchmarks.recall.penchant.configuration import HALF_LIFE, NO_DECAY, axes_of, configured
from scripts.benchmarks.recall.split import Split
from scripts.benchmarks.recall.tuning import Axes

_KEPT: Final = 3
"""Vectors that are kept while settings are tried."""


@dataclass(frozen=True, slots=True)
class ItemVectors:
    """The index's vectors; a person is the decayed sum of what they engaged with.

    Attributes:
        settings: the operator's.
        content: of the items.
    """

    settings: AppSettings
    content: ContentVectors
    _kept: list[tuple[Interactions, Settings, LearnedVectors]] = field(default_factory=list)

    name = "factors exact"

    def axes(self, split: Split) -> Axes:
        """By what the data set has: times, an order, texts."""
        return axes_of(split.entities, self.settings, split.sittings)

    def learn(self, split: Split, settings: Settings) -> DecayedSum:
        """As `rebuild-index` does."""
        chosen = configured(self.settings, settings)
        learned = self._vectors(split, {name: value for name, value in settings.items() if name != HALF_LIFE})
        half_life = chosen.events.half_life_positive_days
        return DecayedSum(learned, learned.neighbours.matrix(), chosen.events.table(), half_life)

    def _vectors(self, split: Split, settings: Settings) -> LearnedVectors:
        """Decay is the person's, so the same vectors serve every half-life; and every test of the same training."""
        for train, known, learned in self._kept:
            if train is split.train and known == settings:
                return learned
        chosen = configured(self.settings, settings)
        interactions = training_interactions(split, chosen.events.table())
        learned = learn_vectors(
            self._offer(split.entities), interactions, self.content.encoder.fingerprint, chosen.index.behaviour
        )
        self._kept[:] = [*self._kept[1 - _KEPT :], (split.train, settings, learned)]
        return learned

    def _offer(self, entities: Entities) -> Offer:
        """The items with their content and the time of their publication; unknown ones were there all along."""
        told = entities.documents
        since = [each.published_at.timestamp() if each and each.published_at else -np.inf for each in told]
        if not told:
            return Offer(np.empty((len(entities.items), 0), np.float32), np.full(len(entities.items), -np.inf))
        return Offer(self.content.of(entities), np.array(since))


@dataclass(frozen=True, slots=True)
class WithoutDecay:
    """The same with a person as the plain sum, to tell what decay brings."""

    vectors: ItemVectors

    name = "factors exact, no decay"

    def axes(self, split: Split) -> Axes:
        """The same without the half-life.

        Raises:
            NotApplicableError: nothing decays where there are no times.
        """
        if split.entities.clock is Clock.NONE:
            raise NotApplicableError(f"{split.entities.name} has no times, so nothing decays")
        return {**self.vectors.axes(split), HALF_LIFE: (NO_DECAY,)}

    def learn(self, split: Split, settings: Settings) -> DecayedSum:
        """As `ItemVectors`."""
        return self.vectors.learn(split, settings)


@dataclass(frozen=True, slots=True)
class DecayedSum:
    """Scores of DESIGN's formula: <user embedding, index vector> plus the neighbours' part."""

    learned: LearnedVectors
    neighbours: Matrix
    signals: SignalTable
    half_life_days: float

    def scores(self, histories: Lists) -> Scores:
        """Float32 [people, items]; the user embedding's denominator is the same for all items and left out."""
        weights = self._weights(histories)
        near = (weights @ self.learned.engage) @ self.learned.index.T
        return np.asarray(near + (weights @ self.neighbours).toarray(), dtype=np.float32)

    def _weights(self, histories: Lists) -> Matrix:
        """Float32 [people, items], decayed since each person's last event that has weight."""
        entries, owners = histories.entries, np.repeat(np.arange(len(histories)), histories.lengths)
        weights = weights_of(entries, self.signals)
        latest = np.full(len(histories), -np.inf)
        np.maximum.at(latest, owners[weights > 0], entries.times[weights > 0])
        amounts = weights * decay(latest[owners] - entries.times, self.half_life_days * DAY_SECONDS)
        shape = (len(histories), len(self.learned.index))
        return sparse.csr_array((amounts.astype(np.float32), (owners, entries.items)), shape=shape)


def training_interactions(split: Split, signals: SignalTable) -> TrainingInteractions:
    """The training part as factor learning reads it."""
    train = split.train
    engagements = Engagements(train.users, train.items, weights_of(train, signals), train.times)
    collected = TrainingInteractions.collect(engagements, len(split.entities.users), len(split.entities.items))
    return replace(collected, times=None) if split.entities.clock is Clock.NONE else collected


def weights_of(entries: Interactions, signals: SignalTable) -> NDArray[np.float32]:
    """Float32: each positive's weight as an event; a dwell's is its value already, see `Interactions`."""
    is_dwell = entries.codes == CODE_OF[EventType.DWELL]
    return np.where(is_dwell, entries.values, signals.weight[entries.codes]).astype(np.float32)
