"""Topics: the subjects of the catalogue, named by their tags.

Spherical k-means on the content vectors finds clusters; those that a person would call one subject are one topic
(indexer/subjects.py).
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import faiss
import numpy as np
from numpy.typing import NDArray
from pydantic import Field

from indexer.subjects import near_subjects, shared_subjects
from indexer.tags import TagVectors
from indexer.terms import Terms, words_of
from indexer.topic_names import Clusters, Ranked, choose_names, naming_terms, rank_terms, slugs_of
from models.config import Config
from models.encoder import Vectors, unit
from models.readable import has_vector

_BLOCK_ROWS: Final = 16_384
_DECIMALS: Final = 5
UNREAD: Final = "unread"
"""Slug of the last topic of a catalogue in which there are items of which nothing can be compared: it has no name, and
zeros for a centroid."""
_COMMON_WORD: Final = 0.5
"""Share of the titles from which a word is too common to name anything."""


class TopicSettings(Config):
    """How topics are found and named."""

    count: int | None = Field(default=None, ge=1)
    """Clusters to look for; by default the square root of half the number of items, within `fewest` and `most`."""

    fewest: int = Field(default=8, ge=1)
    """Clusters of a small catalogue, as far as that leaves four items to each."""

    most: int = Field(default=256, ge=1)
    """Clusters of the largest catalogue."""

    min_items: int = Field(default=3, ge=1)
    """Items of the smallest cluster; those of a smaller one go to their next nearest."""

    iterations: int = Field(default=25, ge=1)
    """Rounds of k-means."""

    sample_per_topic: int = Field(default=256, ge=1)
    """Items a cluster from which centroids are learned; every item is assigned."""

    near: float = Field(default=0.85, gt=0, allow_inf_nan=False)
    """How near two clusters are one topic: 0 is as close as any two items of the catalogue, 1 as close as their own."""

    smoothing_items: float = Field(default=5.0, ge=0, allow_inf_nan=False)
    """Items of average tags that are added to each topic before a tag is judged distinctive of it."""

    seed: int = Field(default=0, ge=0, lt=2**31)
    """Of k-means' first centroids."""

    def clusters_of(self, items: int) -> int:
        """How many clusters to look for among `items`."""
        if self.count is not None:
            return min(self.count, items)
        wanted = min(max(round(math.sqrt(items / 2)), self.fewest), self.most)
        return min(wanted, max(items // 4, 1))


@dataclass(frozen=True, slots=True)
class Topics:
    """The topics of a catalogue, the largest first, UNREAD last; a topic's number is its position.

    Attributes:
        names: distinct, such as "science fiction, space"; empty for UNREAD.
        slugs: distinct, of a-z, 0-9 and hyphens, such as "science-fiction-space".
        centroids: float32 [clusters, d], unit length; zeros for UNREAD.
        of_cluster: int32 [clusters], the topic that each cluster belongs to.
        assignment: int32 [items], the topic of each item; no topic is empty.
    """

    names: tuple[str, ...]
    slugs: tuple[str, ...]
    centroids: Vectors
    of_cluster: NDArray[np.int32]
    assignment: NDArray[np.int32]

    def __len__(self) -> int:
        return len(self.names)

    def assign(self, content: Vectors) -> NDArray[np.int32]:
        """The topic of each of [n, d] content vectors, int32 [n]."""
        return self.of_cluster[nearest_cluster(content, self.centroids)]


@dataclass(frozen=True, slots=True)
class TopicWords:
    """What topics can be named by.

    Attributes:
        tags: of each item.
        titles: of each item; their words name what tags cannot. Empty where there are none.
    """

    tags: Sequence[Sequence[str]]
    titles: Sequence[str] = ()


def find_topics(
    content: Vectors, words: TopicWords, tags: TagVectors, settings: TopicSettings, centroids: Vectors | None = None
) -> Topics:
    """The topics of a catalogue; the same for the same catalogue and settings.

    Args:
        content: float32 [items, d], content vectors, zeros for what can be compared with nothing.
        words: of each item.
        tags: the vocabulary and the vectors of their tags.
        settings: how many topics, and how large.
        centroids: float32 [clusters, d], of an earlier catalogue that is nearly the same; by default they are found.

    Raises:
        ValueError: there are no items, or the arguments are not of the same ones.
    """
    if not len(content):
        raise ValueError("there are no items to find topics among")
    tag_terms, word_terms = Terms.of(words.tags), Terms.of(words_of(words.titles) or [()] * len(content))
    if tag_terms.names != tags.names or not len(content) == len(words.tags) == word_terms.items.shape[0]:
        raise ValueError("content, tag lists, tags and titles are not of the same items")
    read = has_vector(content)
    if not read.any():
        nothing = Topics((), (), np.empty((0, content.shape[1]), np.float32), *[np.empty(0, np.int32)] * 2)
        return _with_unread(nothing, read)
    readable = content if read.all() else content[read]
    if centroids is None or not len(centroids):
        centroids = _centroids(readable, settings)
    terms = _TopicTerms(
        readable,
        tag_terms.of_items(read),
        tags.vectors,
        word_terms.of_items(read).rarer_than(_COMMON_WORD),
        settings,
    )
    topics = _topics_of(centroids, terms)
    return topics if read.all() else _with_unread(topics, read)


def _with_unread(topics: Topics, read: NDArray[np.bool_]) -> Topics:
    """The topics of the items that can be compared, and one more for the others."""
    unread = np.int32(len(topics))
    assignment = np.full(len(read), unread, dtype=np.int32)
    assignment[read] = topics.assignment
    slugs = slugs_of((*topics.names, UNREAD))
    centroids = np.vstack([topics.centroids, np.zeros((1, topics.centroids.shape[1]), dtype=np.float32)])
    of_cluster = np.append(topics.of_cluster, unread)
    return Topics((*topics.names, ""), (*topics.slugs, slugs[-1]), centroids, of_cluster, assignment)


def _topics_of(centroids: Vectors, terms: _TopicTerms) -> Topics:
    content, settings = terms.content, terms.settings
    centroids = _settled(content, centroids, settings.min_items)
    clusters = Clusters(nearest_cluster(content, centroids), len(centroids))
    of_cluster = _subjects(clusters, near_subjects(content, clusters, settings.near), terms)
    topics = clusters.joined(of_cluster)
    names = choose_names(topics.sizes(), *terms.ranked(topics))
    return Topics(tuple(names), tuple(slugs_of(names)), centroids, of_cluster, topics.assignment)


def middles_of_topics(centroids: Vectors, of_cluster: NDArray[np.int32]) -> Vectors:
    """float32 [topics, d], unit length: the direction of the mean of each topic's [clusters, d] centroids."""
    sums = np.zeros((int(of_cluster.max(initial=-1)) + 1, centroids.shape[1]), dtype=np.float32)
    np.add.at(sums, of_cluster, centroids)
    return unit(sums)


def nearest_cluster(content: Vectors, centroids: Vectors) -> NDArray[np.int32]:
    """The cluster whose centroid has the largest cosine with each of [n, d] content vectors, int32 [n].

    Cosines count to five decimals, and the lower number wins a tie, so that an item's topic does not depend on how many
    items are looked at together. A centroid of zeros is the nearest of vectors that are zeros, and of no others.
    """
    clusters = np.empty(len(content), dtype=np.int32)
    unread = np.flatnonzero(~has_vector(centroids))
    for start in range(0, len(content), _BLOCK_ROWS):
        block = slice(start, start + _BLOCK_ROWS)
        cosines = content[block] @ centroids.T
        cosines[:, unread] = np.where(has_vector(content[block]), -np.inf, np.inf)[:, None]
        clusters[block] = np.argmax(np.round(cosines, _DECIMALS, out=cosines), axis=1)
    return clusters


@dataclass(frozen=True, slots=True)
class _TopicTerms:
    """What topics of a catalogue can be named by."""

    content: Vectors
    tags: Terms
    tag_vectors: Vectors
    words: Terms
    settings: TopicSettings

    def ranked(self, topics: Clusters) -> tuple[list[Ranked], list[Ranked]]:
        """(tags, words) of each topic, best first."""
        smoothing, middles = self.settings.smoothing_items, topics.middles(self.content)
        tags = rank_terms(topics, self.tags, smoothing, middles @ self.tag_vectors.T)
        return tags, rank_terms(topics, self.words, smoothing)


def _subjects(clusters: Clusters, subjects: NDArray[np.int32], terms: _TopicTerms) -> NDArray[np.int32]:
    """int32 [clusters]: the subjects with those joined that have their naming term in common, the largest first.

    A subject that has grown may go by another term, so that this is looked at again until all differ.
    """
    while True:
        topics = clusters.joined(subjects)
        joined = shared_subjects(subjects, naming_terms(*terms.ranked(topics)))
        if joined.max() == subjects.max():
            rank = np.argsort(np.argsort(-topics.sizes(), kind="stable"), kind="stable")
            return rank[subjects].astype(np.int32)
        subjects = joined


def _centroids(content: Vectors, settings: TopicSettings) -> Vectors:
    kmeans = faiss.Kmeans(
        content.shape[1],
        settings.clusters_of(len(content)),
        niter=settings.iterations,
        seed=settings.seed,
        spherical=True,
        init_method=faiss.ClusteringInitMethod_KMEANS_PLUS_PLUS,
        min_points_per_centroid=1,
        max_points_per_centroid=settings.sample_per_topic,
    )
    kmeans.train(np.ascontiguousarray(content, dtype=np.float32))
    return unit(np.asarray(kmeans.centroids, dtype=np.float32))


def _settled(content: Vectors, centroids: Vectors, min_items: int) -> Vectors:
    """The centroids that are the nearest of at least `min_items` each (one stays in any case), the largest topic first.

    Which of two topics an item in the middle belongs to depends on their order, and the order on their sizes. Whatever
    moves up only grows by that, so this comes to an end.
    """
    while True:
        sizes = np.bincount(nearest_cluster(content, centroids), minlength=len(centroids))
        order = np.argsort(-sizes, kind="stable")
        kept = order[sizes[order] >= min(min_items, sizes.max())]
        if np.array_equal(kept, np.arange(len(centroids))):
            return centroids
        centroids = centroids[kept]
