"""The same list for everybody: what most people engaged with."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from scripts.benchmarks.recall.interactions import Lists
from scripts.benchmarks.recall.model import Ranker, ScoreRanker, Scores
from scripts.benchmarks.recall.split import Split


@dataclass(frozen=True, slots=True)
class Popularity:
    """Ranks by the number of people in training."""

    name = "popularity"

    def fit(self, split: Split) -> Ranker:
        """Count."""
        return ScoreRanker(_Counts(split.popularity().astype(np.float32)))


@dataclass(frozen=True, slots=True)
class _Counts:
    counts: Scores

    def scores(self, histories: Lists) -> Scores:
        return np.tile(self.counts, (len(histories), 1))
