"""Subjects: which clusters of the catalogue a person would call one and the same thing.

K-means divides what there is much of: documentaries fall into three clusters, for a person they are one subject. Two
clusters are one subject where they share the tag that names them, or where an item of the one is about as close to the
items of the other as to its own. With m_c the mean vector of cluster c, the mean cosine of items of c and d is
<m_c, m_d>, that of two items of c is within(c), and that of any two items of the catalogue is apart:

    nearness(c, d) = (<m_c, m_d> - apart) / (min(within(c), within(d)) - apart)

so that 1 is "as close as its own", 0 is "as close as anything", and no encoder needs a number of its own.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

import numpy as np
from numpy.typing import NDArray

from indexer.topic_names import Clusters
from models.encoder import Vectors

Numbers = NDArray[np.int32]
Amounts = NDArray[np.float64]
_LEAST_SPREAD: Final = 1e-6


def near_subjects(content: Vectors, clusters: Clusters, near: float) -> Numbers:
    """The subject of each cluster, int32 [clusters], numbered from 0: the nearest two are joined until none is near.

    Args:
        content: float32 [items, d], unit vectors.
        clusters: of these items; none is empty.
        near: nearness from which two clusters are one subject.
    """
    sums, sizes = (clusters.members().T @ content).astype(np.float64), clusters.sizes().astype(np.float64)
    subjects, alive = np.arange(len(sizes), dtype=np.int32), np.ones(len(sizes), dtype=np.bool_)
    squares = clusters.members().T @ np.square(content).sum(axis=1, dtype=np.float64)
    apart = _within(sums.sum(axis=0)[None], sizes.sum(keepdims=True), squares.sum(keepdims=True))[0]
    while alive.sum() > 1:
        nearness = _nearness(sums, sizes, squares, apart)
        nearness[~alive], nearness[:, ~alive] = -np.inf, -np.inf
        first, second = sorted(np.unravel_index(int(np.argmax(nearness)), nearness.shape))
        if nearness[first, second] < near:
            break
        for total in (sums, sizes, squares):
            total[first] += total[second]
        alive[second] = False
        subjects[subjects == second] = first
    return numbered(subjects)


def shared_subjects(subjects: Numbers, names: Sequence[str | None]) -> Numbers:
    """The subjects with those joined that have one name, int32 like `subjects`; None is the name of none.

    Args:
        subjects: of each cluster, numbered from 0.
        names: of each subject.
    """
    first = {name: number for number, name in reversed(list(enumerate(names))) if name is not None}
    joined = [number if name is None else first[name] for number, name in enumerate(names)]
    return numbered(np.array(joined, dtype=np.int32)[subjects])


def numbered(labels: NDArray[np.integer]) -> Numbers:
    """The same groups, numbered from 0 in the order of their labels."""
    return np.asarray(np.unique(labels, return_inverse=True)[1], dtype=np.int32)


def _nearness(sums: Amounts, sizes: Amounts, squares: Amounts, apart: float) -> Amounts:
    means = sums / sizes[:, None]
    spread = _within(sums, sizes, squares) - apart
    least = np.minimum(spread[:, None], spread[None, :])
    nearness = np.where(least > _LEAST_SPREAD, (means @ means.T - apart) / np.maximum(least, _LEAST_SPREAD), -np.inf)
    np.fill_diagonal(nearness, -np.inf)
    return nearness


def _within(sums: Amounts, sizes: Amounts, squares: Amounts) -> Amounts:
    """Mean cosine of two different items of each group; the square of its length for an item alone."""
    pairs = sizes * (sizes - 1)
    return np.where(pairs > 0, (np.square(sums).sum(axis=1) - squares) / np.maximum(pairs, 1), squares)
