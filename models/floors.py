"""Ranking under floors: the best slate among those that keep every promise.

A slate of length L owes `exploration` items from outside what is the person's own, `recency` recently published items,
and no more than `topic_cap` items of one topic. Counting tells exactly whether a partial slate can still be completed:
with c_t the slots left to topic t, and its items left that are both exploratory and recent (b_t), only exploratory
(e_t) and only recent (r_t),

    both to be had           B = sum over topics of min(c_t, b_t)
    exploratory to be had    E = B + sum of min(c_t - min(c_t, b_t), e_t)
    recent to be had         R = B + sum of min(c_t - min(c_t, b_t), r_t)
    of one kind, together    O = sum of min(c_t - min(c_t, b_t), e_t + r_t)

An item that is both is never worse than one that is either, so that B of these are counted on; what is left of each
topic's slots goes to either kind, and the slates that this allows are the sum of the topics' polymatroids. So

    a exploratory and b recent items fit into s slots if
        a <= E,  b <= R,  max(a - B, 0) + max(b - B, 0) <= O  and  a + b - min(B, a, b) <= s

and the greedy choice of the best item that leaves this true never breaks a promise that could have been kept.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, fields, replace
from itertools import product
from operator import sub
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from models.kernels.promises import kept_of


@dataclass(frozen=True, slots=True)
class Pool:
    """Candidates for a slate.

    Attributes:
        scores: float32 [n], finite.
        topics: int32 [n].
        exploratory: bool [n], outside what is the person's own.
        recent: bool [n], published recently.
        providers: int32 [n], -1 where there is none.
        content: float32 [m, d], unit vectors by which items are alike.
        shares: float64 [n], share of the item's topic in the person's interests; zeros where nothing is known.
        places: int32 [n], which of the vectors is each item's; None where each has the one at its own position.
    """

    scores: NDArray[np.float32]
    topics: NDArray[np.int32]
    exploratory: NDArray[np.bool_]
    recent: NDArray[np.bool_]
    providers: NDArray[np.int32]
    content: NDArray[np.float32]
    shares: NDArray[np.float64]
    places: NDArray[np.int32] | None = None

    def __len__(self) -> int:
        return len(self.topics)

    @property
    def located(self) -> tuple[NDArray[np.float32], NDArray[np.int32]]:
        """(vectors, which of them is each item's)."""
        return self.content, np.arange(len(self), dtype=np.int32) if self.places is None else self.places

    @property
    def kinds(self) -> NDArray[np.int8]:
        """int8 [n]: 2 for exploratory items, and 1 more for recent ones."""
        return 2 * self.exploratory.astype(np.int8) + self.recent.astype(np.int8)

    def take(self, positions: NDArray[np.integer]) -> Pool:
        """The candidates at these positions."""
        vectors, places = self.located
        columns = (getattr(self, field.name)[positions] for field in fields(self) if field.name in _BY_ITEM)
        by_name = dict(zip(_BY_ITEM, columns, strict=True))
        return Pool(**by_name, content=vectors, places=places[positions])


_BY_ITEM = ("scores", "topics", "exploratory", "recent", "providers", "shares")


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
    owed = np.array([demand.length, demand.exploration, demand.recency, demand.topic_cap])
    length, exploration, recency, cap = kept_of(pool.topics, pool.kinds, owed).tolist()
    return Demand(length, exploration, recency, cap, demand.provider_cap)


def affordable_by_columns(pool: Pool, demand: Demand) -> Demand:
    """The same, a column at a time: what the compiled loop is held to."""
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
    while not counts.allow(exploration, recency, length):
        recency -= 1
    return Demand(length, exploration, recency, cap, demand.provider_cap)


class Counts:
    """How many items of each kind are still to be had, updated as items are taken."""

    def __init__(self, pool: Pool, demand: Demand) -> None:
        self._pool = pool
        self._demand = demand
        topic_ids, self._topic = np.unique(pool.topics, return_inverse=True)
        self._kind = 2 * pool.exploratory + pool.recent
        self._left = np.zeros((len(topic_ids), len(_KINDS)), dtype=np.int64)
        np.add.at(self._left, (self._topic, self._kind), 1)
        self._slots = np.full(len(topic_ids), demand.topic_cap)
        self._available = np.ones(len(pool), dtype=np.bool_)
        self._provider = np.where(pool.providers >= 0, pool.providers, int(pool.providers.max(initial=0)) + 1)
        self._provider_slots = np.full(int(self._provider.max(initial=0)) + 1, demand.provider_cap)
        self._provider_slots[int(pool.providers.max(initial=0)) + 1 :] = len(pool)
        self._owed_exploration, self._owed_recency = demand.exploration, demand.recency
        self._taken_exploration = 0
        self._sums = Sums(*_to_be_had(self._left, self._slots).sum(axis=0).tolist())

    @property
    def total(self) -> int:
        """Items that fit under the topic cap."""
        return int(np.minimum(self._slots, self._left.sum(axis=1)).sum())

    @property
    def exploratory(self) -> int:
        """Of these, those outside what is the person's own."""
        return self._sums.exploratory

    @property
    def recent(self) -> int:
        """Of these, recently published ones."""
        return self._sums.recent

    def allow(self, exploration: int, recency: int, slots: int) -> bool:
        """Whether so many exploratory and recent items can be had in so many slots."""
        return self._sums.allow(exploration, recency, slots)

    def eligible(self, slot: int) -> NDArray[np.bool_]:
        """bool [n]: candidates after which the rest of the slate can still be completed, those that are due first."""
        fits = self._fits(self._demand.length - slot - 1)
        fitting = self._available & (self._slots[self._topic] > 0) & fits[self._topic, self._kind]
        capped = fitting & (self._provider_slots[self._provider] > 0)
        eligible = capped if capped.any() else fitting
        due = eligible & self._pool.exploratory
        return np.asarray(due if due.any() and self._exploration_is_due(slot) else eligible)

    def _fits(self, slots_after: int) -> NDArray[np.bool_]:
        """bool [topics, kinds]: whether what is owed can be had after an item of this topic and kind was taken.

        No item takes more than one from any sum, so that mostly all of them fit.
        """
        owed = (self._owed_exploration, self._owed_recency)
        if self._sums.less(_EACH).allow(*owed, slots_after):
            return np.ones(self._left.shape, dtype=np.bool_)
        codes = _lost(self._left, self._slots) @ _BITS
        fits = np.zeros((1 << len(_EACH), len(_KINDS)), dtype=np.bool_)
        for code, kind in np.ndindex(fits.shape):
            lost, (exploratory, recent) = [code >> bit & 1 for bit in range(len(_EACH))], _KINDS[kind]
            left = (max(owed[0] - exploratory, 0), max(owed[1] - recent, 0))
            fits[code, kind] = self._sums.less(lost).allow(*left, slots_after)
        return np.asarray(fits[codes, np.arange(len(_KINDS))])

    def _exploration_is_due(self, slot: int) -> bool:
        share = self._demand.exploration / self._demand.length
        return self._owed_exploration > 0 and self._taken_exploration < int(share * (slot + 1))

    def take(self, position: int) -> None:
        """Count one item as chosen."""
        topic, kind = int(self._topic[position]), int(self._kind[position])
        exploratory, recent = _KINDS[kind]
        self._owed_exploration = max(0, self._owed_exploration - exploratory)
        self._owed_recency = max(0, self._owed_recency - recent)
        self._taken_exploration += exploratory
        self._available[position] = False
        self._provider_slots[self._provider[position]] -= 1
        before = _to_be_had(self._left[topic], self._slots[topic])
        self._left[topic, kind] -= 1
        self._slots[topic] -= 1
        self._sums = self._sums.less((before - _to_be_had(self._left[topic], self._slots[topic])).tolist())


class Sums(NamedTuple):
    """What is to be had of all topics together: E, R, B and O."""

    exploratory: int
    recent: int
    both: int
    one: int

    def less(self, lost: Sequence[int]) -> Sums:
        """The sums without what is lost of each."""
        return Sums(*map(sub, self, lost))

    def allow(self, exploration: int, recency: int, slots: int) -> bool:
        """Whether so many exploratory and recent items fit into so many slots."""
        apart = max(exploration - self.both, 0) + max(recency - self.both, 0)
        needed = exploration + recency - min(self.both, exploration, recency)
        return exploration <= self.exploratory and recency <= self.recent and apart <= self.one and needed <= slots


_KINDS = tuple(product((False, True), repeat=2))
"""Whether an item is exploratory, and whether it is recent; a kind's number is its position."""
_ONE_OF_EACH = np.eye(len(_KINDS), dtype=np.int64)
_EACH = (1, 1, 1, 1)
_BITS = 1 << np.arange(len(_EACH))


def _to_be_had(left: NDArray[np.int64], slots: NDArray[np.int64]) -> NDArray[np.int64]:
    """int64 [..., 4]: each topic's part of E, R, B and O, from its items left of each kind and its slots left."""
    only_recent, only_exploratory, either = left[..., 1], left[..., 2], left[..., 3]
    both = np.minimum(slots, either)
    rest = slots - both
    one = np.minimum(rest, only_exploratory + only_recent)
    return np.stack(
        [both + np.minimum(rest, only_exploratory), both + np.minimum(rest, only_recent), both, one], axis=-1
    )


def _lost(left: NDArray[np.int64], slots: NDArray[np.int64]) -> NDArray[np.int64]:
    """int64 [topics, kinds, 4], 0 or 1: what of these goes with an item of a kind, if there is one."""
    after = np.maximum(left[:, None, :] - _ONE_OF_EACH, 0)
    return _to_be_had(left, slots)[:, None, :] - _to_be_had(after, np.maximum(slots - 1, 0)[:, None])
