"""Which sensitive topics each item touches: for certain, by declaration or tags, or as the classifier suspects."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from indexer.documents import ItemDocument
from indexer.sensitive.background import Background
from indexer.sensitive.rules import Mode, SensitiveRules
from indexer.sensitive.taxonomy import Taxonomy
from indexer.sensitive.verdicts import Verdicts
from models.topic_heads import REPORTED, TopicHeads


@dataclass(frozen=True, slots=True)
class ItemTopics:
    """The sensitive topics of one item.

    Attributes:
        certain: declared, or implied by a tag, ascending.
        suspected: by the classifier or an ambiguous tag, ascending; none that is certain.
        worth_a_look: those to which the classifier gives a smaller chance, ascending; nothing follows from them.
    """

    certain: tuple[str, ...] = ()
    suspected: tuple[str, ...] = ()
    worth_a_look: tuple[str, ...] = ()

    def acting(self, rules: SensitiveRules) -> list[str]:
        """The topics by which the item is treated."""
        return [*self.certain, *(topic for topic in self.suspected if rules.acts_on_suspicion(topic))]


class TagTopics:
    """What tags imply."""

    def __init__(self, taxonomy: Taxonomy) -> None:
        self.plain, self.ambiguous = taxonomy.topics_of_tags(), taxonomy.topics_of_ambiguous_tags()

    def __call__(self, item: ItemDocument, classified: Iterable[str], weaker: Iterable[str] = ()) -> ItemTopics:
        """The topics of an item, given those that the classifier suspects, and those that it gives a smaller chance.

        An item that declares to be on none is on none.
        """
        if item.sensitive_topics is not None and not item.sensitive_topics:
            return ItemTopics()
        certain = {*(item.sensitive_topics or ()), *_implied(self.plain, item.tags)}
        suspected = {*classified, *_implied(self.ambiguous, item.tags)} - certain
        weaker = {*weaker} - certain - suspected
        return ItemTopics(tuple(sorted(certain)), tuple(sorted(suspected)), tuple(sorted(weaker)))


def touched_topics(
    items: Sequence[ItemDocument], background: Background, taxonomy: Taxonomy, heads: TopicHeads
) -> list[ItemTopics]:
    """The topics of each item.

    Args:
        items: the catalogue.
        background: its content vectors, and how much text each is of.
        taxonomy: what tags imply.
        heads: the classifier.
    """
    topics, chances = TagTopics(taxonomy), heads.probabilities(background.content, background.lengths)
    return [topics(item, *classified(heads, row)) for item, row in zip(items, chances, strict=True)]


def classified(heads: TopicHeads, chances: NDArray[np.float32]) -> tuple[list[str], list[str]]:
    """The topics that the classifier suspects of an item, and those worth a look, given its chances, float32 [k]."""
    masks = (chances >= heads.thresholds, chances >= REPORTED)
    suspected, worth_a_look = ([heads.names[topic] for topic in np.flatnonzero(mask)] for mask in masks)
    return suspected, worth_a_look


def acting_topics(
    items: Sequence[ItemDocument], topics: Sequence[ItemTopics], rules: SensitiveRules, verdicts: Verdicts
) -> list[list[str]]:
    """The topics by which each item is treated, ascending: verdicts come before all else."""
    return [verdicts[item.item_id].of(each.acting(rules)) for item, each in zip(items, topics, strict=True)]


def account_of(topics: Sequence[ItemTopics], acting: Sequence[Sequence[str]], rules: SensitiveRules) -> str:
    """How many items are withheld, and how many only suspected and shown, by topic."""
    kept = [[topic for topic in each if rules.mode(topic) is Mode.PERMISSION] for each in acting]
    shown = [{*each.suspected, *each.worth_a_look} - set(acts) for each, acts in zip(topics, acting, strict=True)]
    parts = [f"withheld from who does not permit the topic: {_counted(kept)}"]
    if any(shown):
        parts.append(f"suspected and shown: {_counted(shown)}, see `penchant review-sensitive`")
    return f"sensitive topics: {'; '.join(parts)}"


def _counted(topics: Sequence[Collection[str]]) -> str:
    by_topic = Counter(topic for each in topics for topic in each)
    said = ", ".join(f"{name} {count:,}" for name, count in by_topic.most_common())
    return f"{sum(1 for each in topics if each):,}" + (f" ({said})" if said else "")


def _implied(topics: Mapping[str, Sequence[str]], tags: Iterable[str]) -> set[str]:
    return {topic for tag in tags for topic in topics.get(tag, ())}
