"""What accuracy does not see: coverage, novelty, diversity and popularity bias of rankings.

Rankings are int32 [q, k], best first, -1 where one has ended. Popularity is the number of people who engaged with an
item in training.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from scipy import sparse

from models.ids import Rows

Values = NDArray[np.float64]
Popularity = NDArray[np.int64]
ItemVectors = NDArray[np.float32] | sparse.csr_array


def coverage(ranked: Rows, candidates: int) -> float:
    """Share of the `candidates` items that stands in at least one ranking."""
    return len(np.unique(ranked[ranked >= 0])) / candidates


def novelty(ranked: Rows, popularity: Popularity, people: int) -> Values:
    """float64 [q]: mean self-information -log2(popularity / people) of each ranking's items, in bits.

    An item that nobody engaged with counts as one that one person engaged with. 0 for an empty ranking.
    """
    bits = np.log2(people / np.maximum(popularity, 1))
    return _mean_over(ranked, bits)


def popularity_lift(ranked: Rows, chosen: Values, popularity: Popularity) -> Values:
    """float64 [q]: how much more popular the ranked items are than those that the person chose; 0 is as popular.

    Args:
        ranked: the rankings.
        chosen: float64 [q], mean popularity of what each person engaged with; above 0.
        popularity: int64 [n].
    """
    return _mean_over(ranked, popularity.astype(np.float64)) / chosen - 1.0


def intra_list_distance(vectors: NDArray[np.float32]) -> float:
    """Mean cosine distance of all pairs of the [n, d] unit vectors; 0 for fewer than two."""
    n = len(vectors)
    if n < 2:
        return 0.0
    single = vectors.astype(np.float32, copy=False)  # halves would add up to too little
    total = single.sum(axis=0)
    gram_sum, own = float(np.vdot(total, total)), float(np.vdot(single, single))
    return 1.0 - (gram_sum - own) / (n * (n - 1))


def intra_list_distances(ranked: Rows, vectors: ItemVectors) -> Values:
    """float64 [q]: `intra_list_distance` of each ranking.

    Args:
        ranked: the rankings.
        vectors: [n, d], of unit length (zeros stand at distance 1 from everything), dense or sparse.
    """
    belongs = _membership(ranked, vectors.shape[0])
    sums = belongs @ vectors
    gram_sums = np.asarray(sums.power(2).sum(axis=1) if sparse.issparse(sums) else np.square(sums).sum(axis=1))
    squares = vectors.power(2) if isinstance(vectors, sparse.csr_array) else np.square(vectors)
    own = belongs @ np.asarray(squares.sum(axis=1))
    lengths = (ranked >= 0).sum(axis=1)
    return np.where(lengths > 1, 1.0 - (gram_sums - own) / np.maximum(lengths * (lengths - 1), 1), 0.0)


def _mean_over(ranked: Rows, values: Values) -> Values:
    held = ranked >= 0
    return np.asarray(np.where(held, values[ranked], 0.0).sum(axis=1) / np.maximum(held.sum(axis=1), 1))


def _membership(ranked: Rows, items: int) -> sparse.csr_array:
    held = ranked >= 0
    offsets = np.concatenate([[0], np.cumsum(held.sum(axis=1))])
    ones = np.ones(int(offsets[-1]), dtype=np.float32)
    return sparse.csr_array((ones, ranked[held], offsets), shape=(len(ranked), items))
