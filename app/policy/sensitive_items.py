"""Sensitive topics as bits: what an item touches."""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np
from numpy.typing import NDArray

from indexer.sensitive.taxonomy import Taxonomy
from models.columns import CodesColumn
from models.config import Config
from models.words import Words

MAX_TOPICS = 63
"""Topics with a bit of their own; all further ones share the last bit, which nobody can permit."""


class FirewallSettings(Config):
    """What becomes of events on sensitive items that may not be learned from."""

    keep_as_seen: bool = True
    """Whether they are stored, so that the item counts as seen, and for the case that the person permits the topic
    later; if not, they are dropped at the door, and those from before a permission was withdrawn are deleted with it.
    """


class SensitiveTopics:
    """Numbers sensitive topics, one bit each, and knows which tags imply them.

    Args:
        taxonomy: the topics that are known from the start, and their tags.
        others: further names in use, such as those that items declare; the first ones get a bit of their own.
    """

    def __init__(self, taxonomy: Taxonomy, others: Iterable[str] = ()) -> None:
        self.words = Words(dict.fromkeys([*taxonomy.names, *others]))
        self._topics_of_tag = taxonomy.topics_of_tags()

    def bits(self, topics: Iterable[str]) -> np.uint64:
        """Bits that permit the named topics; a name that no item bears has none, nor has one that shares its bit."""
        codes = (self.words.code(topic) for topic in topics)
        return _united(code for code in codes if 0 <= code < MAX_TOPICS)

    def bits_borne(self, topics: Iterable[str]) -> np.uint64:
        """Bits of what is on the named topics, each of them in use."""
        return _united(min(self.words.add(topic), MAX_TOPICS) for topic in topics if topic)

    def bits_of_item(self, declared: Iterable[str], tags: Iterable[str]) -> np.uint64:
        """Bits of one item's declared topics and of those that its tags imply."""
        implied = [topic for tag in tags for topic in self._topics_of_tag.get(tag, ())]
        return self.bits_borne([*declared, *implied])

    def bits_of_tags(self, tags: Iterable[str]) -> NDArray[np.uint64]:
        """uint64 [tags]: what each tag implies."""
        return np.array([self.bits_borne(self._topics_of_tag.get(tag, ())) for tag in tags], dtype=np.uint64)

    def counts(self, bits: NDArray[np.uint64]) -> dict[str, int]:
        """Name of each topic -> on how many of the items, uint64 [n], its bit is set; most frequent first."""
        named = {name: int((bits >> np.uint64(bit) & np.uint64(1)).sum()) for bit, name in enumerate(self._names())}
        return dict(sorted(((name, count) for name, count in named.items() if count), key=lambda each: -each[1]))

    def _names(self) -> list[str]:
        """By bit; those that share the last one have no name."""
        names = self.words.names
        return names if len(names) <= MAX_TOPICS else [*names[:MAX_TOPICS], "others"]


def _united(codes: Iterable[int]) -> np.uint64:
    return np.uint64(sum(1 << code for code in set(codes)))


def union_by_row(codes: CodesColumn, bits_of_code: NDArray[np.uint64]) -> NDArray[np.uint64]:
    """uint64 [n]: the bits of all codes of each row together."""
    lengths = np.diff(codes.offsets)
    united = np.zeros(len(codes), dtype=np.uint64)
    if len(codes.codes):
        filled = lengths > 0
        united[filled] = np.bitwise_or.reduceat(bits_of_code[codes.codes], codes.offsets[:-1][filled])
    return united
