"""Vectors to search among, and queries: generated in clusters, or of real texts."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from models.encoder import Encoder, unit

Vectors = NDArray[np.float32]
_BLOCK: Final = 65_536
_GROUPS: Final = 64
_OF_TOPIC: Final = 400
_PARTS: Final = 4
_LIKED: Final = 4
_DECAY: Final = 0.4


@dataclass(frozen=True, slots=True)
class Sample:
    """What is searched.

    Attributes:
        told: where it comes from.
        vectors: float32 [n, d], unit length.
        queries: float32 [q, d], unit length.
        subjects: int32 [n], what filters that go with the subject go by.
    """

    told: str
    vectors: Vectors
    queries: Vectors
    subjects: NDArray[np.int32]


def generated(count: int, dimension: int, queries: int, seed: int) -> Sample:
    """Clusters of three levels, of sizes between a few and thousands, in directions of falling weight.

    A query is the middle of four items of one cluster, a third of the way to any other item.
    """
    random = np.random.default_rng(seed)
    weights = (np.arange(1, dimension + 1) ** -_DECAY).astype(np.float32)
    weights /= np.linalg.norm(weights)

    def drawn(rows: int) -> Vectors:
        return random.standard_normal((rows, dimension), dtype=np.float32) * weights

    topics = max(_GROUPS, count // _OF_TOPIC)
    middles = 0.8 * drawn(_GROUPS)[random.integers(_GROUPS, size=topics)] + 0.9 * drawn(topics)
    parts = middles[random.integers(topics, size=_PARTS * topics)] + 0.6 * drawn(_PARTS * topics)
    sizes = random.pareto(1.2, len(parts)) + 0.3
    subjects = random.choice(len(parts), size=count, p=sizes / sizes.sum()).astype(np.int32)
    vectors = np.empty((count, dimension), dtype=np.float32)
    for start in range(0, count, _BLOCK):
        of = subjects[start : start + _BLOCK]
        vectors[start : start + _BLOCK] = unit(parts[of] + 0.9 * drawn(len(of)))
    told = f"{count:,} generated vectors of {dimension} dimensions in {len(parts):,} clusters"
    return Sample(told, vectors, _tastes(vectors, subjects, queries, random), subjects)


def encoded(texts: Sequence[str], encoder: Encoder, queries: int, seed: int) -> Sample:
    """Real texts; their subjects are the nearest of as many texts as the square root of their number."""
    random, vectors = np.random.default_rng(seed), unit(encoder.encode(list(texts)))
    seeds = vectors[random.choice(len(vectors), max(1, round(np.sqrt(len(vectors)))), replace=False)]
    subjects = np.concatenate(
        [(vectors[start : start + _BLOCK] @ seeds.T).argmax(axis=1) for start in range(0, len(vectors), _BLOCK)]
    ).astype(np.int32)
    told = f"{len(vectors):,} texts by {encoder.fingerprint}, {vectors.shape[1]} dimensions"
    return Sample(told, vectors, _tastes(vectors, subjects, queries, random), subjects)


def _tastes(vectors: Vectors, subjects: NDArray[np.int32], count: int, random: np.random.Generator) -> Vectors:
    order = np.argsort(subjects, kind="stable")
    starts = np.searchsorted(subjects[order], np.arange(subjects.max() + 2))
    tastes = np.empty((count, vectors.shape[1]), dtype=np.float32)
    for query, row in enumerate(random.integers(len(vectors), size=count)):
        liked = random.choice(order[starts[subjects[row]] : starts[subjects[row] + 1]], _LIKED)
        tastes[query] = vectors[liked].mean(axis=0) + 0.3 * vectors[random.integers(len(vectors))]
    return unit(tastes)
