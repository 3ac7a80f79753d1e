"""Ranking under floors: the best slate among those that keep every promise.

A slate of length L owes `exploration` items from outside the established interests, `recency` recently published
items, and no more than `topic_cap` items of one topic. Since exploration is decided by the topic, counting tells
exactly whether a partial slate can still be completed: with c_t the slots left to topic t, n_t its items left and r_t
the recent ones among them,

    exploratory items to be had   e = sum over exploratory t of min(c_t, n_t)
    recent and exploratory        x = sum over exploratory t of min(c_t, r_t)
    recent, not exploratory       y = sum over other t of min(c_t, r_t)

and a exploratory plus b recent items fit into s slots if a <= e, b <= x + y and a + b - min(x, a, b) <= s.
The greedy choice of the best item that leaves this true therefore never breaks a promise that could have been kept.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, fields, replace
from itertools import product

import numpy as np
from numpy.typing import NDArray


@dataclass(frozen=True, slots=True)
class Pool:
    """Candidates for a slate.

    Attributes:
        scores: float32 [n], finite.
        topics: int32 [n]; a topic is either exploratory or not, as a whole.
        exploratory: bool [n], topic outside the established interests.
        recent: bool [n], published recently.
        providers: int32 [n], -1 where there is none.
        content: float32 [n, d], unit vectors by which items are alike.
        shares: float64 [n], share of the item's topic in the person's interests; zeros where nothing is known.
    """

    scores: NDArray[np.float32]
    topics: NDArray[np.int32]
    exploratory: NDArray[np.bool_]
    recent: NDArray[np.bool_]
    providers: NDArray[np.int32]
    content: NDArray[np.float32]
    shares: NDArray[np.float64]

    def __len__(self) -> int:
        return len(self.scores)

    def take(self, positions: NDArray[np.integer]) -> Pool:
        """The candidates at these positions."""
        return Pool(*(getattr(self, field.name)[positions] for field in fields(self)))


@dataclass(frozen=True, slots=True)
class Demand:
    """What a slate owes: its length, the two floors in items, and the caps in items a topic and a provider."""

    length: int
    exploration: int
    recency: int
    topic_cap: int
    provider_cap: int


def affordable(pool: Pool, demand: Demand) -> Demand:
    """The most of `demand` that `pool` can keep.

    A floor is lowered only where the pool has no item for it; the cap gives way before a floor or the length does, and
    recency gives way before exploration where both do not fit.
    """
    limit = _at_cap(pool, demand, len(pool))
    for cap in range(demand.topic_cap, max(demand.topic_cap, len(pool)) + 1):
        kept = _at_cap(pool, demand, cap)
        if replace(kept, topic_cap=0) == replace(limit, topic_cap=0):
            return kept
    raise AssertionError("a cap as large as the pool keeps what no cap keeps")


def _at_cap(pool: Pool, demand: Demand, cap: int) -> Demand:
    counts = Counts(pool, replace(demand, topic_cap=cap))
    length = min(demand.length, counts.total)
    exploration = min(demand.exploration, counts.exploratory, length)
    recency = min(demand.recency, counts.recent, length)
    while exploration + recency - min(counts.both, exploration, recency) > length:
        recency -= 1
    return Demand(length, exploration, recency, cap, demand.provider_cap)


class Counts:
    """How many items of each kind are still to be had, updated as items are taken.

    Attributes:
        total: items that fit under the topic cap.
        exploratory: of these, those outside the established interests.
        recent: of these, recently published ones.
        both: of these, those that are both.
    """

    def __init__(self, pool: Pool, demand: Demand) -> None:
        self._pool = pool
        self._demand = demand
        self._exploratory, self._recent = pool.exploratory.astype(np.int8), pool.recent.astype(np.int8)
        topic_ids, self._topic = np.unique(pool.topics, return_inverse=True)
        self._left = np.bincount(self._topic, minlength=len(topic_ids))
        self._recent_left = np.bincount(self._topic[pool.recent], minlength=len(topic_ids))
        self._slots = np.full(len(topic_ids), demand.topic_cap)
        self._available = np.ones(len(pool), dtype=np.bool_)
        self._provider = np.where(pool.providers >= 0, pool.providers, int(pool.providers.max(initial=0)) + 1)
        self._provider_slots = np.full(int(self._provider.max(initial=0)) + 1, demand.provider_cap)
        self._provider_slots[int(pool.providers.max(initial=0)) + 1 :] = len(pool)
        self._count(topic_ids)
        self._owed_exploration, self._owed_recency = demand.exploration, demand.recency
        self._taken_exploration = 0

    def _count(self, topic_ids: NDArray[np.int32]) -> None:
        outside = np.zeros(len(topic_ids), dtype=np.bool_)
        outside[self._topic[self._pool.exploratory]] = True
        reachable = np.minimum(self._slots, self._left)
        recent = np.minimum(self._slots, self._recent_left)
        self.total, self.exploratory = int(reachable.sum()), int(reachable[outside].sum())
        self.recent, self.both = int(recent.sum()), int(recent[outside].sum())
        self._tight = self._slots <= self._recent_left

    def eligible(self, slot: int) -> NDArray[np.bool_]:
        """bool [n]: candidates after which the rest of the slate can still be completed, those that are due first."""
        fitting = self._of(self._kinds_that_fit(self._demand.length - slot - 1))
        capped = fitting & (self._provider_slots[self._provider] > 0)
        eligible = capped if capped.any() else fitting
        due = eligible & self._pool.exploratory
        return due if self._exploration_is_due(slot) and due.any() else eligible

    def _of(self, kinds: Iterable[tuple[bool, bool, bool]]) -> NDArray[np.bool_]:
        fits = np.zeros((2, 2, 2), dtype=np.bool_)
        for kind in kinds:
            fits[tuple(map(int, kind))] = True
        kind_fits = fits[self._exploratory, self._recent, self._tight[self._topic].astype(np.int8)]
        return self._available & (self._slots[self._topic] > 0) & kind_fits

    def _exploration_is_due(self, slot: int) -> bool:
        share = self._demand.exploration / self._demand.length
        return self._owed_exploration > 0 and self._taken_exploration < int(share * (slot + 1))

    def _kinds_that_fit(self, slots_after: int) -> Iterator[tuple[bool, bool, bool]]:
        """(exploratory, recent, topic has no more slots than recent items) of items that may be taken now."""
        for exploratory, recent, tight in product((False, True), repeat=3):
            costs_recent = int(recent or tight)
            owed_a = max(0, self._owed_exploration - exploratory)
            owed_b = max(0, self._owed_recency - recent)
            both = self.both - costs_recent * exploratory
            if (
                owed_a <= self.exploratory - exploratory
                and owed_b <= self.recent - costs_recent
                and owed_a + owed_b - min(both, owed_a, owed_b) <= slots_after
            ):
                yield exploratory, recent, tight

    def take(self, position: int) -> None:
        """Count one item as chosen."""
        topic = self._topic[position]
        exploratory, recent = bool(self._pool.exploratory[position]), bool(self._pool.recent[position])
        costs_recent = int(recent or self._tight[topic])
        self.total -= 1
        self.exploratory -= exploratory
        self.recent -= costs_recent
        self.both -= costs_recent * exploratory
        self._owed_exploration = max(0, self._owed_exploration - exploratory)
        self._owed_recency = max(0, self._owed_recency - recent)
        self._taken_exploration += exploratory
        self._available[position] = False
        self._provider_slots[self._provider[position]] -= 1
        self._left[topic] -= 1
        self._recent_left[topic] -= recent
        self._slots[topic] -= 1
        self._tight[topic] = self._slots[topic] <= self._recent_left[topic]
