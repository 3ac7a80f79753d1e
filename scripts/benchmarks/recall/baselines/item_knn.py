"""Item-kNN: items are alike whose people are the same (Sarwar et al. 2001; shrinkage as in Dacrema et al. 2019)."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy import sparse

from scripts.benchmarks.recall.interactions import Lists, Matrix
from scripts.benchmarks.recall.model import Scores, Settings
from scripts.benchmarks.recall.split import Split
from scripts.benchmarks.recall.top_k import top_k
from scripts.benchmarks.recall.tuning import Axes

_BLOCK_SCORES = 1 << 23


@dataclass(frozen=True, slots=True)
class ItemKnn:
    """Similarity of two items: people in common / (sqrt(people of one * people of the other) + shrinkage)."""

    name = "item-kNN"

    def axes(self, _split: Split) -> Axes:
        """Few neighbours suit small catalogues, shrinkage suits sparse ones."""
        return {"neighbours": (100, 20, 400), "shrinkage": (10, 0, 50)}

    def learn(self, split: Split, settings: Settings) -> _Neighbours:
        """Keep each item's most similar ones."""
        engaged = split.train.matrix(len(split.entities.users), len(split.entities.items))
        return _Neighbours(neighbours(engaged, int(settings["neighbours"]), settings["shrinkage"]))


@dataclass(frozen=True, slots=True)
class _Neighbours:
    similar: Matrix

    def scores(self, histories: Lists) -> Scores:
        return np.asarray((histories.matrix(self.similar.shape[0]) @ self.similar).toarray())


def neighbours(engaged: Matrix, count: int, shrinkage: float) -> Matrix:
    """float32 [items, items]: the similarities of each item's `count` most similar ones, no item being its own.

    Some items at a time, so that items x items never stands in memory.
    """
    people = engaged.sum(axis=0)
    by_item = engaged.T.tocsr()
    items = engaged.shape[1]
    block = max(1, _BLOCK_SCORES // items)
    parts = []
    for start in range(0, items, block):
        rows = np.arange(start, min(start + block, items))
        common = (by_item[rows] @ engaged).toarray()
        common /= np.maximum(np.sqrt(people[rows, None] * people) + shrinkage, 1.0)
        common[np.arange(len(rows)), rows] = 0.0
        parts.append(_strongest(common, count))
    return sparse.csr_array(sparse.vstack(parts))


def _strongest(similarities: Scores, count: int) -> Matrix:
    best = top_k(similarities, count)
    values = np.take_along_axis(similarities, best, axis=1)
    offsets = np.arange(len(best) + 1) * best.shape[1]
    kept = sparse.csr_array((values.ravel(), best.ravel(), offsets), shape=similarities.shape)
    kept.eliminate_zeros()
    return kept
