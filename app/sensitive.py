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
        others: further names in use, such as those that items declare.

    Raises:
        ValueError: more than 63 topics are in use.
    """

    def __init__(self, taxonomy: Taxonomy, others: Iterable[str] = ()) -> None:
        self.words = Words(dict.fromkeys([*taxonomy.names, *others]))
        self._topics_of_tag = taxonomy.topics_of_tags()
        if len(self.words) > MAX_TOPICS:
            raise ValueError(f"more than {MAX_TOPICS} sensitive topics are in use")

    def bits(self, topics: Iterable[str]) -> np.uint64:
        """Bits of the named topics; a name that no item bears has none."""
        codes = (self.words.code(topic) for topic in topics)
        return np.uint64(sum(1 << code for code in set(codes) if code >= 0))

    def bits_of_item(self, declared: Iterable[str], tags: Iterable[str]) -> np.uint64:
        """Bits of one item's declared topics and of those that its tags imply."""
        implied = [topic for tag in tags for topic in self._topics_of_tag.get(tag, ())]
        for topic in declared:
            if self.words.add(topic) >= MAX_TOPICS:
                raise ValueError(f"more than {MAX_TOPICS} sensitive topics are in use")
        return self.bits([*declared, *implied])

    def bits_of_tags(self, tags: Iterable[str]) -> NDArray[np.uint64]:
        """uint64 [tags]: what each tag implies."""
        return np.array([self.bits(self._topics_of_tag.get(tag, ())) for tag in tags], dtype=np.uint64)


def union_by_row(codes: CodesColumn, bits_of_code: NDArray[np.uint64]) -> NDArray[np.uint64]:
    """uint64 [n]: the bits of all codes of each row together."""
    lengths = np.diff(codes.offsets)
    united = np.zeros(len(codes), dtype=np.uint64)
    if len(codes.codes):
        filled = lengths > 0
        united[filled] = np.bitwise_or.reduceat(bits_of_code[codes.codes], codes.offsets[:-1][filled])
    return united
