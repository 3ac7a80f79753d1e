"""Which sensitive topics each item touches: by declaration, by its tags, or else by its content vector."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from indexer.documents import ItemDocument
from indexer.sensitive.background import Background
from indexer.sensitive.taxonomy import Taxonomy
from models.topic_heads import TopicHeads


def touched_topics(
    items: Sequence[ItemDocument], background: Background, taxonomy: Taxonomy, heads: TopicHeads
) -> list[list[str]]:
    """For each item the names of its topics, ascending.

    A topic that an item declares, or that one of its tags implies, is certain; of the others the classifier decides.

    Args:
        items: the catalogue.
        background: its content vectors, and how much text each is of.
        taxonomy: what tags imply.
        heads: the classifier.
    """
    implied, touched = taxonomy.topics_of_tags(), heads.touched(background.content, background.lengths)
    found = []
    for item, row in zip(items, touched, strict=True):
        certain = {*item.sensitive_topics, *(topic for tag in item.tags for topic in implied.get(tag, ()))}
        found.append(sorted(certain | {heads.names[topic] for topic in np.flatnonzero(row)}))
    return found
