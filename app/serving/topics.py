"""The topics of a catalogue: what they are called, and to which of them a vector belongs."""

from __future__ import annotations

from collections.abc import Iterable
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from indexer.snapshot import Snapshot
from indexer.topic_names import slugs_of
from indexer.topics import UNREAD, middles_of_topics, nearest_cluster
from models.plane import in_the_plane
from models.readable import has_vector

Codes = NDArray[np.int32]
Vectors = NDArray[np.float32]


class Topics:
    """Topics by code; the last is of what the encoder cannot read, whether or not the snapshot has such items.

    Attributes:
        names: of each; empty where nothing names it.
        slugs: of each, without repeats.
        middles: float32 [topics, content_dimension].
    """

    def __init__(self, snapshot: Snapshot) -> None:
        vocabulary, vectors = snapshot.vocabulary, snapshot.vectors
        self.names, self.slugs = vocabulary.topic_names, vocabulary.topic_slugs
        self._centroids, self._topics = vectors.cluster_centroids, vectors.cluster_topics
        if has_vector(self._centroids).all():
            self._add_unread()
        self.middles = middles_of_topics(self._centroids, self._topics)

    def _add_unread(self) -> None:
        self.slugs = (*self.slugs, slugs_of((*self.names, UNREAD))[-1])
        self.names = (*self.names, "")
        self._centroids = np.vstack([self._centroids, np.zeros((1, self._centroids.shape[1]), dtype=np.float32)])
        self._topics = np.append(self._topics, np.int32(len(self.names) - 1))

    @cached_property
    def plane(self) -> NDArray[np.float64]:
        """float64 [topics, 2]: where each lies to the others; what the encoder cannot read lies in the middle."""
        places, read = np.zeros((len(self.middles), 2)), has_vector(self.middles)
        places[read] = in_the_plane(self.middles[read]).round(5)
        return places

    def of(self, content: Vectors) -> int:
        """The topic with the cluster whose centroid is nearest to a content vector, the last one for zeros."""
        return int(self._topics[nearest_cluster(content[None], self._centroids)[0]])

    def clusters(self, topics: Codes, content: Vectors) -> Codes:
        """int32 [n]: the cluster whose centroid is nearest to each vector, of those that its topic joins."""
        clusters = np.zeros(len(topics), dtype=np.int32)
        for topic in np.unique(topics).tolist():
            joined, mine = np.flatnonzero(self._topics == topic), topics == topic
            clusters[mine] = joined[nearest_cluster(content[mine], self._centroids[joined])]
        return clusters

    def named(self, names: Iterable[str]) -> Codes:
        """Topics by slug or by name, whatever the case, ascending; unknown names have none."""
        wanted = {name.casefold() for name in names}
        if not wanted:
            return np.empty(0, dtype=np.int32)
        both = zip(self.slugs, self.names, strict=True)
        found = [topic for topic, names in enumerate(both) if wanted & {name.casefold() for name in names}]
        return np.array(found, dtype=np.int32)
