"""Sensitive topics as bits: what an item touches, and what a person has permitted."""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np
from numpy.typing import NDArray
from pydantic import Field

from models.columns import CodesColumn
from models.config import Config
from models.words import Words

MAX_TOPICS = 63


class SensitiveSettings(Config):
    """Which items count as sensitive besides those that declare it."""

    tags: dict[str, list[str]] = Field(
        default_factory=lambda: {
            "health": ["health", "illness", "mental health", "disease"],
            "politics": ["politics", "elections"],
            "religion": ["religion"],
            "sexuality": ["sexuality", "erotica", "adult"],
            "gambling": ["gambling", "betting"],
            "weapons": ["weapons", "guns"],
            "self-harm": ["self-harm", "suicide"],
        }
    )
    """Sensitive topic -> tags (lower case) that put an item under it."""


class SensitiveTopics:
    """Numbers sensitive topics, one bit each, and knows which tags imply them.

    Raises:
        ValueError: more than 63 topics are in use.
    """

    def __init__(self, settings: SensitiveSettings, declared: Iterable[str] = ()) -> None:
        self.words = Words([*sorted(settings.tags), *(topic for topic in declared if topic not in settings.tags)])
        self._topics_of_tag: dict[str, list[str]] = {}
        for topic, tags in settings.tags.items():
            for tag in tags:
                self._topics_of_tag.setdefault(tag, []).append(topic)

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
