"""A ranker's figures on a split: accuracy, and what accuracy does not see, for every test person."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from models.ids import Rows
from models.metrics import coverage, hit_rates, hits_of, intra_list_distances, ndcgs, novelty, popularity_lift, recalls
from models.metrics.beyond_accuracy import ItemVectors
from scripts.benchmarks.recall.interactions import Lists
from scripts.benchmarks.recall.model import Ranker
from scripts.benchmarks.recall.split import Kind, Metric, Protocol, Scope, Split

Values = NDArray[np.float64]
Step = Callable[[int], object]

_BLOCK_SCORES = 1 << 23
"""Scores that are held at a time; a float32 each."""

_BLOCK_PEOPLE = 100
"""People who are ranked at a time, so that the bar moves."""


@dataclass(frozen=True, slots=True)
class Figures:
    """Named columns of figures.

    Attributes:
        values: float64 [people] each, by name.
        coverage: share of the allowed items that anybody is shown, by name; one person has no such figure.
    """

    values: dict[str, Values]
    coverage: dict[str, float]


@dataclass(frozen=True, slots=True)
class Yardstick:
    """What is measured.

    Attributes:
        protocol: says which accuracy, and how long the lists are whose diversity and so on is measured.
        vectors: of unit length, by item, for the distances within a list.
    """

    protocol: Protocol
    vectors: ItemVectors

    @property
    def depth(self) -> int:
        """How far down a ranking anything is measured."""
        return max(self.protocol.listed, *(metric.k for metric in self.protocol.metrics))


def measure(ranker: Ranker, split: Split, yardstick: Yardstick, step: Step) -> Figures:
    """All figures of all scopes; `step` is told how many more people were ranked."""
    values: dict[str, Values] = {}
    covered: dict[str, float] = {}
    listed = yardstick.protocol.listed
    for scope in split.scopes:
        ranked = rank_everybody(ranker, split, scope, yardstick.depth, step)
        shown = ranked[:, :listed]
        named = accuracy(ranked, split.targets, yardstick.protocol.metrics) | _beyond_accuracy(shown, split, yardstick)
        values |= {f"{name}{scope.suffix}": column for name, column in named.items()}
        allowed = len(split.entities.items) if scope.allowed is None else int(scope.allowed.sum())
        covered[f"coverage@{listed}{scope.suffix}"] = coverage(shown, allowed)
    return Figures(values, covered)


def rank_everybody(ranker: Ranker, split: Split, scope: Scope, k: int, step: Step) -> Rows:
    """int32 [people, k], some people at a time, so that scores of all never stand in memory together."""
    k = min(k, len(split.entities.items))
    block = min(_BLOCK_PEOPLE, max(1, _BLOCK_SCORES // len(split.entities.items)))
    ranked = np.full((len(split.histories), k), -1, dtype=np.int32)
    for start in range(0, len(ranked), block):
        part = split.histories.slice(start, start + block)
        found = ranker.rank(part, scope, k)
        ranked[start : start + len(part), : found.shape[1]] = found
        step(len(part))
    return ranked


def accuracy(ranked: Rows, targets: Lists, metrics: Sequence[Metric]) -> dict[str, Values]:
    """float64 [people] for each metric, by name."""
    hits = hits_of(ranked, targets.offsets, targets.entries.items)
    counts = targets.lengths
    measures = {
        Kind.RECALL: lambda metric: recalls(hits, counts, metric.k),
        Kind.CAPPED_RECALL: lambda metric: recalls(hits, counts, metric.k, capped=True),
        Kind.NDCG: lambda metric: ndcgs(hits, counts, metric.k),
        Kind.HIT_RATE: lambda metric: hit_rates(hits, metric.k),
    }
    return {metric.name: measures[metric.kind](metric) for metric in metrics}


def _beyond_accuracy(shown: Rows, split: Split, yardstick: Yardstick) -> dict[str, Values]:
    popularity = split.popularity()
    people = len(np.unique(split.train.users))
    listed = yardstick.protocol.listed
    return {
        f"novelty@{listed}": novelty(shown, popularity, people),
        f"diversity@{listed}": intra_list_distances(shown, yardstick.vectors),
        f"popularity lift@{listed}": popularity_lift(shown, _chosen(split.histories, popularity), popularity),
    }


def _chosen(histories: Lists, popularity: NDArray[np.int64]) -> Values:
    """Mean popularity of what each person engaged with; at least one other person's worth."""
    owners = np.repeat(np.arange(len(histories)), histories.lengths)
    sums = np.bincount(owners, weights=popularity[histories.entries.items], minlength=len(histories))
    return np.maximum(sums / np.maximum(histories.lengths, 1), 1.0)
