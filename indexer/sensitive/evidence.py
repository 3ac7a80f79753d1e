"""Evidence: why an item is on a sensitive topic, and what follows, for who reviews it or asks."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from indexer.documents import ItemDocument
from indexer.sensitive.item_topics import TagTopics, classified
from indexer.sensitive.rules import Mode, SensitiveRules
from indexer.sensitive.taxonomy import Taxonomy
from indexer.sensitive.verdicts import Verdicts
from models.readable import TAGS_LENGTH
from models.topic_heads import TopicHeads

Source = Literal["declared", "tag", "classifier", "review"]
Consequence = Literal["withheld", "not learned from", "none", "reported", "cleared"]
_OF_MODE: dict[Mode, Consequence] = {
    Mode.PERMISSION: "withheld",
    Mode.RECOMMEND_ONLY: "not learned from",
    Mode.FREE: "none",
}


@dataclass(frozen=True, slots=True)
class Evidence:
    """One topic of an item.

    Attributes:
        topic: its name.
        source: what says so; a review where an operator did.
        consequence: `withheld` from who does not permit the topic; shown, but `not learned from`; `none`, since the
            charter leaves the topic free; only `reported`; or `cleared` by an operator.
        score: chance that it is on the topic as the classifier sees it, None where it knows nothing of the topic.
        resembles: the tag that says so, or the phrase of the taxonomy to which the item is nearest.
    """

    topic: str
    source: Source
    consequence: Consequence
    score: float | None = None
    resembles: str | None = None


class Examiner:
    """Gives evidence on one item at a time.

    Args:
        taxonomy: what tags imply, and what is said of topics.
        heads: the classifier.
        rules: how topics are treated.
        verdicts: what operators said.
    """

    def __init__(self, taxonomy: Taxonomy, heads: TopicHeads, rules: SensitiveRules, verdicts: Verdicts) -> None:
        self._heads, self._rules, self._verdicts = heads, rules, verdicts
        self._tags, self._phrases = TagTopics(taxonomy), taxonomy.phrases()

    def __call__(self, item: ItemDocument, content: NDArray[np.float32]) -> list[Evidence]:
        """Every topic of an item with a content vector, float32 [d], ascending; cleared ones too.

        What is known by its tags alone, and has a shorter vector for that, says nothing to the classifier.
        """
        content = content if np.linalg.norm(content) > (1 + TAGS_LENGTH) / 2 else np.zeros_like(content)
        chances = self._heads.probabilities(content[None], np.array([len(item.content())]))[0]
        scores = dict(zip(self._heads.names, chances.tolist(), strict=True))
        topics, verdicts = self._tags(item, *classified(self._heads, chances)), self._verdicts[item.item_id]
        acting = verdicts.of(topics.acting(self._rules))
        found = []
        for topic in sorted({*topics.certain, *topics.suspected, *topics.worth_a_look, *verdicts.accepted}):
            source, resembles = self._source(item, content, topic)
            consequence = _OF_MODE[self._rules.mode(topic)] if topic in acting else "reported"
            consequence = "cleared" if verdicts.clears(topic) else consequence
            found.append(Evidence(topic, source, consequence, scores.get(topic), resembles))
        return found

    def _source(self, item: ItemDocument, content: NDArray[np.float32], topic: str) -> tuple[Source, str | None]:
        if self._verdicts[item.item_id].reviews(topic):
            return "review", None
        if topic in (item.sensitive_topics or ()):
            return "declared", None
        for tag in item.tags:
            if topic in (*self._tags.plain.get(tag, ()), *self._tags.ambiguous.get(tag, ())):
                return "tag", tag
        return "classifier", self._phrase(content, topic)

    def _phrase(self, content: NDArray[np.float32], topic: str) -> str | None:
        """The nearest phrase of a topic; None where the taxonomy is not the one that the classifier was made of."""
        owners = self._heads.phrases.owners
        if topic not in self._heads.names or len(self._phrases) != len(owners):
            return None
        mine = np.flatnonzero(owners == self._heads.names.index(topic))
        return self._phrases[int(mine[np.argmax(self._heads.phrases.vectors[mine] @ content)])]


def is_withheld(evidence: Iterable[Evidence]) -> bool:
    """Whether an item with this evidence is kept from people who permit nothing."""
    return any(each.consequence == "withheld" for each in evidence)
