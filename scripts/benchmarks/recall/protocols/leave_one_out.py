"""`leave-one-out`: a person's last item is the target, the one before it is for validation, the rest is training.

Strict: the item before the last never is training data; the model is merely told of it when it is asked for the last.
Of several items at a person's last time the one with the highest hash of person and item is the last: an order that has
nothing to do with the file, with other people or with popularity, and is the same in every run. How many people that
concerns is told.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Final

import numpy as np
from numpy.typing import NDArray

from scripts.benchmarks.recall.dataset import Clock, Dataset
from scripts.benchmarks.recall.interactions import Interactions, Lists
from scripts.benchmarks.recall.split import Kind, Metric, ProtocolError, Split, counted

_ODD: Final = np.uint64(0x9E3779B97F4A7C15)
"""An odd number with many bits set: multiplied by it, neighbouring numbers lie far apart."""


@dataclass(frozen=True, slots=True)
class LeaveOneOut:
    """People with fewer than `least` positives are training only."""

    least: int = 3

    name = "leave-one-out"
    listed = 10
    draws = 1
    metrics = (Metric(Kind.HIT_RATE, 5), Metric(Kind.HIT_RATE, 10), Metric(Kind.NDCG, 5), Metric(Kind.NDCG, 10))

    def split(self, dataset: Dataset, seed: int) -> Split:
        """Divide by order; the seed has no part in it."""
        if dataset.entities.clock is Clock.NONE:
            raise ProtocolError(f"{self.name} needs an order of events; {dataset.entities.name} has none")
        positives, people = _in_time(dataset.positives()), len(dataset.entities.users)
        tested = counted(positives.users, people)[positives.users] >= self.least
        following = _following(positives, people)
        validation, target = positives.take(tested & (following == 1)), positives.take(tested & (following == 0))
        return Split(
            entities=dataset.entities,
            train=positives.take(~tested | (following >= 2)),
            negatives=_before(dataset.negatives(), validation, people),
            histories=Lists.group(positives.take(tested & (following >= 1)), target.users),
            targets=Lists.group(target, target.users),
            now=float(positives.times.max()),
            seed=seed,
            ties=_ties(positives, target, people),
        )

    def validation(self, split: Split) -> Split:
        """The item before the last is the target; what models learn from stays the same."""
        told = _in_time(split.histories.entries)
        following = _following(told, len(split.entities.users))
        targets = told.take(following == 0)
        histories = Lists.group(told.take(following >= 1), targets.users)
        return replace(split, histories=histories, targets=Lists.group(targets, targets.users))


def _in_time(entries: Interactions) -> Interactions:
    """By person, then time, then a hash of person and item."""
    with np.errstate(over="ignore"):
        mixed = entries.pairs().astype(np.uint64) * _ODD
        mixed = (mixed ^ (mixed >> np.uint64(29))) * _ODD
    return entries.take(np.lexsort((mixed, entries.times, entries.users)))


def _ties(positives: Interactions, targets: Interactions, people: int) -> str:
    """How many targets were drawn among several of the same time."""
    latest = np.full(people, np.nan)
    latest[targets.users] = targets.times
    at_last = counted(positives.users[positives.times == latest[positives.users]], people)
    tied = int((at_last > 1).sum())
    if not tied:
        return ""
    share = tied / len(targets)
    return (
        f"{tied:,} of {len(targets):,} people ({share:.1%}) have no single last item: a hash of person and item decides"
    )


def _following(ordered: Interactions, people: int) -> NDArray[np.int64]:
    """How many of the same person's entries follow each entry."""
    ends = np.cumsum(counted(ordered.users, people))
    return ends[ordered.users] - 1 - np.arange(len(ordered))


def _before(entries: Interactions, bounds: Interactions, people: int) -> Interactions:
    """The entries earlier than their person's bound, or of people without one."""
    latest = np.full(people, np.inf)
    latest[bounds.users] = bounds.times
    return entries.take(entries.times < latest[entries.users])
