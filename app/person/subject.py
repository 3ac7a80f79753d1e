"""What a wish about a topic is about: the whole subject, with all the clusters that the build joined to it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final

import numpy as np

from app.pipeline.labels.reason_text import displayed
from app.serving.catalogue import Catalogue
from indexer.dates import is_date
from models.ids import Rows

TAGS: Final = 2
"""Tags by which a cluster is told."""

TOLD: Final = 5
"""Clusters that the sentence names."""


@dataclass(frozen=True, slots=True)
class Cluster:
    """A part of a subject: how many items it has, and the tags that most of them bear beyond what all others do."""

    items: int
    tags: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Subject:
    """A topic as a wish is about it; its clusters with most items first."""

    name: str
    clusters: tuple[Cluster, ...]

    @classmethod
    def of(cls, catalogue: Catalogue, topic: int) -> Subject:
        """The items that the catalogue has now."""
        rows = catalogue.rows_of_topic(topic)
        rows = rows[catalogue.alive[rows]]
        clusters = catalogue.subjects.clusters(catalogue.topics[rows], catalogue.content[rows])
        parts = [rows[clusters == cluster] for cluster in np.unique(clusters).tolist()]
        found = [Cluster(len(part), _tags(catalogue, part)) for part in sorted(parts, key=len, reverse=True)]
        return cls(catalogue.topic_names[topic], tuple(found))

    def payload(self) -> dict[str, Any]:
        """As the answer to a wish says it."""
        return {
            "statement": self._statement(),
            "items": sum(cluster.items for cluster in self.clusters),
            "clusters": [{"items": cluster.items, "tags": list(cluster.tags)} for cluster in self.clusters],
        }

    def _statement(self) -> str:
        items, name = sum(cluster.items for cluster in self.clusters), displayed(self.name) or "A topic without a name"
        if len(self.clusters) < 2:
            return f"{name}: one group of {items:,} items."
        parts = [
            f"{cluster.items:,} ({' and '.join(map(displayed, cluster.tags)) or 'without tags'})"
            for cluster in self.clusters[:TOLD]
        ]
        rest = sum(cluster.items for cluster in self.clusters[TOLD:])
        told = ", ".join([*parts, *([f"{rest:,} in smaller ones"] if rest else [])])
        return f"{name}: {items:,} items in {len(self.clusters)} groups, all of which are meant: {told}."


def _tags(catalogue: Catalogue, rows: Rows) -> tuple[str, ...]:
    """The commonest tags of some items, dates and sensitive ones aside, weighed by how few others bear them."""
    borne, counts = np.unique(catalogue.tag_pairs(rows)[1], return_counts=True)
    names = [catalogue.tag_words.names[code] for code in borne.tolist()]
    everywhere = np.bincount(catalogue.snapshot.items.tags.codes, minlength=len(catalogue.tag_words.names))[borne]
    share = np.minimum(everywhere / max(len(catalogue), 1), 1.0)
    telling = counts * -np.log(np.maximum(share, 1 / max(len(catalogue), 2)))
    harmless = catalogue.firewall.recommendable(catalogue.sensitive_topics.bits_of_tags(names), np.uint64(0))
    telling[~harmless | np.array([is_date(name) for name in names], dtype=np.bool_)] = -1.0
    order = np.argsort(-telling, kind="stable")[:TAGS]
    return tuple(names[place] for place in order.tolist() if telling[place] > 0)
