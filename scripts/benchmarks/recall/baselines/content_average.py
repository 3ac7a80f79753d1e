"""What most recommenders over text do: the mean of the content vectors of what a person liked."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from models.encoder import Vectors
from scripts.benchmarks.recall.content import ContentVectors
from scripts.benchmarks.recall.interactions import Lists
from scripts.benchmarks.recall.model import Ranker, ScoreRanker, Scores
from scripts.benchmarks.recall.split import Split


@dataclass(frozen=True, slots=True)
class ContentAverage:
    """Ranks by the cosine with the plain mean of the history's vectors; nothing is learned."""

    content: ContentVectors

    name = "content only"

    def fit(self, split: Split) -> Ranker:
        """Encode the items."""
        return ScoreRanker(_Mean(self.content.of(split.entities)))


@dataclass(frozen=True, slots=True)
class _Mean:
    vectors: Vectors

    def scores(self, histories: Lists) -> Scores:
        sums = histories.matrix(len(self.vectors)) @ self.vectors
        return np.asarray(sums @ self.vectors.T, dtype=np.float32)
