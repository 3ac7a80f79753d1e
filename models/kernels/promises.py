"""What of a slate's promises can still be kept, as counts: models/floors.py, item by item.

Of a topic the columns are its items left that are neither exploratory nor recent, recent, exploratory, or both, which
is their kind from 0 to 3. Sums are E, R, B and O of models/floors.py.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from models.kernels.compiler import kernel

Counts = NDArray[np.int64]


@kernel
def add_to_be_had(left: Counts, slots: int, sign: int, sums: Counts) -> None:
    """Add `sign` times a topic's part of the sums, from its items left of each kind [4] and its slots left."""
    both = min(slots, left[3])
    rest = slots - both
    sums[0] += sign * (both + min(rest, left[2]))
    sums[1] += sign * (both + min(rest, left[1]))
    sums[2] += sign * both
    sums[3] += sign * min(rest, left[1] + left[2])


@kernel
def allowed(sums: Counts, exploration: int, recency: int, slots: int) -> bool:
    """Whether so many exploratory and recent items fit into so many slots."""
    both = sums[2]
    apart = max(exploration - both, 0) + max(recency - both, 0)
    needed = exploration + recency - min(both, exploration, recency)
    return bool(exploration <= sums[0] and recency <= sums[1] and apart <= sums[3] and needed <= slots)


@kernel
def kept_at_cap(left: Counts, cap: int, length: int, exploration: int, recency: int) -> Counts:
    """int64 [3]: the length, exploration and recency that can be kept with at most `cap` items of each topic."""
    sums, total = np.zeros(4, np.int64), 0
    for topic in range(len(left)):
        add_to_be_had(left[topic], cap, 1, sums)
        total += min(cap, left[topic].sum())
    length = min(length, total)
    exploration, recency = min(exploration, sums[0], length), min(recency, sums[1], length)
    while not allowed(sums, exploration, recency, length):
        recency -= 1
    return np.array([length, exploration, recency])


@kernel
def kept_of(topics: NDArray[np.int32], kinds: NDArray[np.int8], demand: Counts) -> Counts:
    """int64 [4]: of a demand (length, exploration, recency, topic cap) the most that items can keep.

    Args:
        topics: int32 [n], at least 0.
        kinds: int8 [n].
        demand: int64 [4].
    """
    left = np.zeros((topics.max() + 1 if len(topics) else 0, 4), np.int64)
    for item in range(len(topics)):
        left[topics[item], kinds[item]] += 1
    length, exploration, recency, cap = demand[0], demand[1], demand[2], demand[3]
    limit = kept_at_cap(left, len(topics), length, exploration, recency)
    while True:
        kept = kept_at_cap(left, cap, length, exploration, recency)
        if (kept == limit).all() or cap >= len(topics):
            return np.array([kept[0], kept[1], kept[2], cap])
        cap += 1
