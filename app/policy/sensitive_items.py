"""Sensitive topics as bits: what an item touches."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import numpy as np
from numpy.typing import NDArray

from indexer.documents import ItemDocument
from indexer.sensitive.evidence import Examiner
from indexer.sensitive.item_topics import TagTopics
from indexer.sensitive.rules import SensitiveRules
from indexer.sensitive.taxonomy import Taxonomy
from indexer.sensitive.verdicts import Verdicts
from indexer.snapshot import ItemColumns
from models.columns import CodesColumn
from models.config import Config
from models.topic_heads import TopicHeads
from models.words import Words

MAX_TOPICS = 63
"""Topics with a bit of their own; all further ones share the last bit, which nobody can permit."""
Ruling = tuple[SensitiveRules, Verdicts]


class FirewallSettings(Config):
    """What becomes of events on sensitive items that may not be learned from."""

    keep_as_seen: bool = True
    """Whether they are stored, so that the item counts as seen, and for the case that the person permits the topic
    later; if not, they are dropped at the door, and those from before a permission was withdrawn are deleted with it.
    """


class SensitiveTopics:
    """Numbers sensitive topics, one bit each, and knows which of them an item is treated by.

    Args:
        taxonomy: the topics that are known from the start, and their tags.
        others: further names in use, such as those that older snapshots hold; the first ones get a bit of their own.
        ruling: how topics are treated, those that the rules name on suspicion too, and what operators said of items.
    """

    def __init__(self, taxonomy: Taxonomy, others: Iterable[str] = (), ruling: Ruling | None = None) -> None:
        self.rules, self._verdicts = ruling or (SensitiveRules(), Verdicts())
        self.words = Words(dict.fromkeys([*taxonomy.names, *self.rules.modes, *others]))
        self._taxonomy, self._item_topics = taxonomy, TagTopics(taxonomy)

    def bits(self, topics: Iterable[str]) -> np.uint64:
        """Bits that permit the named topics; a name that no item bears has none, nor has one that shares its bit."""
        codes = (self.words.code(topic) for topic in topics)
        return _united(code for code in codes if 0 <= code < MAX_TOPICS)

    def bits_borne(self, topics: Iterable[str]) -> np.uint64:
        """Bits of what is on the named topics, each of them in use."""
        return _united(min(self.words.add(topic), MAX_TOPICS) for topic in topics if topic)

    def bits_of_item(self, item: ItemDocument, classified: Iterable[str]) -> np.uint64:
        """Bits of one item, given what the classifier suspects."""
        topics = self._item_topics(item, classified).acting(self.rules)
        return self.bits_borne(self._verdicts[item.item_id].of(topics))

    def bits_of_items(self, items: ItemColumns, names: Sequence[str]) -> NDArray[np.uint64]:
        """uint64 [n]: what the items of a snapshot bear; `names` of its topics, by code."""
        borne = np.array([self.bits_borne((name,)) for name in names], dtype=np.uint64)
        acts = np.array([self.rules.acts_on_suspicion(name) for name in names], dtype=np.bool_)
        bits = union_by_row(items.sensitive, borne) | union_by_row(items.suspected, np.where(acts, borne, 0))
        reviewed = list(self._verdicts.by_item)
        for item_id, row in zip(reviewed, items.ids.rows(reviewed).tolist(), strict=True):
            if row >= 0:
                bits[row] = self.bits_borne(self._verdicts[item_id].of(self.counts(bits[row : row + 1])))
        return bits

    def examiner(self, heads: TopicHeads) -> Examiner:
        """Tells what an item is on, says who, and what follows; `heads` judged the snapshot."""
        return Examiner(self._taxonomy, heads, self.rules, self._verdicts)

    def bits_of_tags(self, tags: Iterable[str]) -> NDArray[np.uint64]:
        """uint64 [tags]: what each tag implies."""
        return np.array([self.bits_borne(self._implied(tag)) for tag in tags], dtype=np.uint64)

    def _implied(self, tag: str) -> list[str]:
        plain, ambiguous = (table.get(tag, []) for table in (self._item_topics.plain, self._item_topics.ambiguous))
        return [*plain, *filter(self.rules.acts_on_suspicion, ambiguous)]

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
