"""What is compared: a model learns from a split and then ranks items for people.

`Model` is the one seam: whatever answers with rankings can stand beside the baselines, the service itself too.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from models.ids import Rows
from scripts.benchmarks.recall.interactions import Lists
from scripts.benchmarks.recall.split import Scope, Split
from scripts.benchmarks.recall.top_k import EXCLUDED, top_k

Settings = Mapping[str, float]
Scores = NDArray[np.float32]


class NotApplicableError(Exception):
    """A model cannot learn from a split; the message says what is missing."""


class Ranker(Protocol):
    """A model that has learned."""

    @property
    def settings(self) -> Settings:
        """With which settings it learned, by name."""

    def rank(self, histories: Lists, scope: Scope, k: int) -> Rows:
        """int32 [people, k]: items for each person, best first, -1 where there are no more.

        Args:
            histories: what the model is told of each person; nothing in it may be ranked.
            scope: what may.
            k: length of a ranking.
        """

    def close(self) -> None:
        """Give back whatever it holds."""


class Model(Protocol):
    """A row of the table."""

    @property
    def name(self) -> str:
        """Of the row."""

    def fit(self, split: Split) -> Ranker:
        """Learn from `split.train`, and choose settings without the targets.

        Raises:
            NotApplicableError: the split lacks what the model needs.
        """


class Scorer(Protocol):
    """A ranker that has a score for every item."""

    def scores(self, histories: Lists) -> Scores:
        """float32 [people, items], which the caller may overwrite."""


@dataclass(frozen=True, slots=True)
class ScoreRanker:
    """Ranks by score, equal scores by row."""

    scorer: Scorer
    settings: Settings = field(default_factory=dict)

    def rank(self, histories: Lists, scope: Scope, k: int) -> Rows:
        """The best scores among what is in scope and not in the history."""
        scores = self.scorer.scores(histories)
        owners = np.repeat(np.arange(len(histories)), histories.lengths)
        scores[owners, histories.entries.items] = EXCLUDED
        if scope.allowed is not None:
            scores[:, ~scope.allowed] = EXCLUDED
        return top_k(scores, k)

    def close(self) -> None:
        """Holds nothing but memory."""
