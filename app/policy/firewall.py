"""The firewall: the one place that says what a sensitive topic keeps from whom, and what is learned all the same.

An item bears a bit for each sensitive topic that it touches, and a person one for each topic that they permit. What the
charter says of a topic decides which bits matter:

    mode              recommended                 learned from
    permission        to who permits it           of who permits it
    recommend_only    to everybody                never
    free              to everybody                of everybody

A topic that the charter does not name needs permission; items that are only suspected to be on it do not bear its bit.
Everything that recommends, labels or learns asks here.
"""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np
from numpy.typing import NDArray

from app.policy.sensitive_items import SensitiveTopics
from indexer.sensitive.rules import Mode, SensitiveRules

Bits = NDArray[np.uint64]


class Firewall:
    """Decides over whole columns of items at once."""

    def __init__(self, topics: SensitiveTopics) -> None:
        self._topics, rules = topics, topics.rules
        self._freely_recommended = topics.bits(_named(rules, Mode.RECOMMEND_ONLY, Mode.FREE))
        self._freely_learned = topics.bits(_named(rules, Mode.FREE))
        self._never_learned = topics.bits(_named(rules, Mode.RECOMMEND_ONLY))

    def permitted(self, topics: Iterable[str]) -> np.uint64:
        """The bits of what a person permits."""
        return self._topics.bits(topics)

    def recommendable(self, item_bits: Bits, permitted: Bits | np.uint64) -> NDArray[np.bool_]:
        """Bool [n]: whether each item may be recommended to, or named before, whoever permits this."""
        return np.asarray(self.barred(item_bits, permitted) == 0)

    def barred(self, item_bits: Bits, permitted: Bits | np.uint64) -> Bits:
        """uint64 [n]: the bits of each item that keep it from whoever permits this."""
        return np.asarray(item_bits & ~self.opened(permitted))

    def opened(self, permitted: Bits | np.uint64) -> Bits | np.uint64:
        """The bits that keep no item from whoever permits this."""
        return self._freely_recommended | permitted

    def guarded(self, item_bits: Bits) -> NDArray[np.bool_]:
        """Bool [n]: whether each item is on a topic that the charter does not leave free."""
        return np.asarray((item_bits & ~self._freely_learned) != 0)

    def usable_for_training(self, item_bits: Bits, permitted: Bits | np.uint64) -> NDArray[np.bool_]:
        """Bool [n]: whether an event on each item may be learned from, given what its person permits."""
        return np.asarray((item_bits & ~self._opened(permitted)) == 0)

    def unlearned(self, item_bits: np.uint64, permitted: np.uint64) -> list[str]:
        """The topics for which an event on an item may not be learned from."""
        return list(self._topics.counts(np.array([item_bits & ~self._opened(permitted)], dtype=np.uint64)))

    def _opened(self, permitted: Bits | np.uint64) -> Bits | np.uint64:
        return self._freely_learned | (permitted & ~self._never_learned)


def _named(rules: SensitiveRules, *modes: Mode) -> list[str]:
    return [topic for topic, mode in rules.modes.items() if mode in modes]
