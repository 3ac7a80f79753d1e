"""How an operator treats each sensitive topic: the part of the charter that the index needs to know."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from types import MappingProxyType


class Mode(StrEnum):
    """What may be done with items on a topic."""

    PERMISSION = "permission"
    """Recommended and learned from only for who permits the topic."""

    RECOMMEND_ONLY = "recommend_only"
    """Recommended to everybody; never learned from."""

    FREE = "free"
    """Like any other item."""


@dataclass(frozen=True, slots=True)
class SensitiveRules:
    """The mode of every topic that the charter names.

    What declares a topic that is not named, or bears a plain tag of it, needs permission. What is only suspected of a
    topic, by the classifier or an ambiguous tag, is treated as on it where the topic is named, and otherwise reported.
    """

    modes: Mapping[str, Mode] = field(default_factory=lambda: MappingProxyType({}))

    def mode(self, topic: str) -> Mode:
        """How a topic is treated."""
        return self.modes.get(topic, Mode.PERMISSION)

    def acts_on_suspicion(self, topic: str) -> bool:
        """Whether items that are only suspected to be on it are treated as those that are."""
        return topic in self.modes

    def recommended_freely(self, topic: str) -> bool:
        """Whether items on it are recommended without permission."""
        return self.mode(topic) is not Mode.PERMISSION

    def learned_freely(self, topic: str) -> bool:
        """Whether events on its items are learned from without permission."""
        return self.mode(topic) is Mode.FREE

    def may_be_learned(self, topics: Iterable[str], permitted: Iterable[str]) -> bool:
        """Whether an event may be learned from: on an item with these topics, by somebody who permits those."""
        allowed = set(permitted)
        return all(
            self.mode(topic) is Mode.FREE or (self.mode(topic) is Mode.PERMISSION and topic in allowed)
            for topic in topics
        )
