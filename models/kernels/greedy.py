"""The greedy choice of a slate under promises, as one loop over items: models/selection.py says what it computes."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from models.kernels.compiler import kernel
from models.kernels.likeness import inner
from models.kernels.promises import Counts, add_to_be_had, allowed

Items = NDArray[np.int32]
Kinds = NDArray[np.int8]
Vectors = NDArray[np.float32]
Values = NDArray[np.float64]

BEFORE_THE_FIRST = 0.1
"""Items of each topic that calibration assumes before there are any: what keeps its first gain finite."""
LEAST_LEFT = np.float32(1e-6)
"""What is left at least of an item's squared length: keeps the logarithm of a repeated item finite."""


@kernel
def choose(
    groups: tuple[Items, Kinds, Items],
    values: tuple[Values, Values, Vectors, Items],
    demand: Counts,
    taste: tuple[float, float, float],
) -> Items:
    """int32 [length]: positions of the slate's items, in the order in which they are taken.

    Args:
        groups: topic, kind (models/kernels/promises.py) and provider of each item; -1 for no provider.
        values: scores in ranges of the pool's scores, float64 [n]; share of each item's topic in the person's
            interests, float64 [n]; unit vectors of content, float32 [m, d], and which is each item's, int32 [n].
        demand: int64 [5]: length, exploration, recency, topic cap, provider cap.
        taste: weights of calibration and diversity, least distance.
    """
    topics, kinds, providers = groups
    n, length = len(topics), demand[0]
    left, slots, sums = _counts(topics, kinds, demand[3])
    provider_slots = np.full(providers.max() + 1 if n else 0, demand[4])
    owed = np.array([demand[1], demand[2]])
    explored = 0
    state = np.zeros((3, n))
    state[0], state[1] = -1.0, 1.0
    applied, projections, chosen = np.zeros(n, np.int64), np.empty((length, n), np.float32), np.empty(length, np.int32)
    levels, gains = np.empty(n, np.int8), np.empty(len(left))
    taken, fits = np.zeros(n, np.bool_), np.empty((len(left), 4), np.bool_)
    compares = taste[1] > 0 or taste[2] > 0
    for slot in range(length):
        _mark_fitting(fits, (left, slots, sums), owed, length - slot - 1)
        due = owed[0] > 0 and explored < int(demand[1] / length * (slot + 1))
        _rate(levels, groups, (fits, slots, provider_slots), due)
        for topic in range(len(left)):
            gains[topic] = taste[0] * np.log1p(1 / (demand[3] - slots[topic] + BEFORE_THE_FIRST))
        best = _best(topics, (values[0], values[1], gains), (taken, levels), state, taste)
        while compares and applied[best] < slot:
            _refresh((values[2], values[3]), best, chosen[applied[best] : slot], projections[:slot], state)
            applied[best] = slot
            best = _best(topics, (values[0], values[1], gains), (taken, levels), state, taste)
        taken[best], chosen[slot] = True, best
        explored += kinds[best] // 2
        owed[0], owed[1] = max(0, owed[0] - kinds[best] // 2), max(0, owed[1] - kinds[best] % 2)
        _take(groups, best, (left, slots, sums), provider_slots)
    return chosen


@kernel
def unlike(vectors: Vectors, places: Items, chosen: Items, least: float) -> int:
    """How many of the chosen items are at least so far, by cosine distance, from each of those before them."""
    count = 0
    for number in range(len(chosen)):
        nearest, vector = -1.0, vectors[places[chosen[number]]]
        for before in range(number):
            nearest = max(nearest, inner(vector, vectors[places[chosen[before]]], len(vector)))
        count += nearest <= 1 - least
    return count


@kernel
def _best(
    topics: Items,
    values: tuple[Values, Values, Values],
    open_to: tuple[NDArray[np.bool_], Kinds],
    state: Values,
    taste: tuple[float, float, float],
) -> int:
    """The item with the highest level, and of these the largest value, as far as `state` knows it; ties by position.

    What is not known yet can only lower an item: whatever is best and fully known is the best of all.
    """
    best, highest, value_of_best = -1, -1, -np.inf
    for item in range(len(topics)):
        if open_to[0][item] or open_to[1][item] < 0:
            continue
        level = open_to[1][item] + (state[0, item] <= 1 - np.float32(taste[2]))
        if level < highest:
            continue
        value = values[0][item] + values[2][topics[item]] * values[1][item] + taste[1] * state[2, item]
        if level > highest or value > value_of_best:
            best, highest, value_of_best = item, level, value
    return best


@kernel
def _refresh(located: tuple[Vectors, Items], item: int, missing: Items, projections: Vectors, state: Values) -> None:
    """Take out of an item what it has in common with those chosen since it was last looked at.

    Rows of `state`: the nearest of those chosen, what is left of the item's squared length, and its logarithm.
    """
    content, places = located
    first = len(projections) - len(missing)
    for number in range(first, len(projections)):
        other = missing[number - first]
        likeness = np.float32(inner(content[places[item]], content[places[other]], content.shape[1]))
        state[0, item] = max(state[0, item], likeness)
        for before in range(number):
            likeness -= projections[before, item] * projections[before, other]
        most = np.float32(np.sqrt(state[1, item]))  # nothing projects further than what is left of it
        projection = min(max(likeness / np.float32(np.sqrt(state[1, other])), -most), most)
        projections[number, item] = projection
        state[1, item] = max(state[1, item] - projection * projection, LEAST_LEFT)
    state[2, item] = np.log(state[1, item])


@kernel
def _rate(
    levels: Kinds, groups: tuple[Items, Kinds, Items], room: tuple[NDArray[np.bool_], Counts, Counts], due: bool
) -> None:
    """Level of each item: -1 where it does not fit; the higher ones, if there are any, come before all others."""
    topics, kinds, providers = groups
    fits, slots, provider_slots = room
    for item in range(len(topics)):
        if slots[topics[item]] <= 0 or not fits[topics[item], kinds[item]]:
            levels[item] = -1
            continue
        capped = providers[item] < 0 or provider_slots[providers[item]] > 0
        levels[item] = 4 * capped + 2 * (due and kinds[item] >= 2)


@kernel
def _take(
    groups: tuple[Items, Kinds, Items], item: int, counts: tuple[Counts, Counts, Counts], provider_slots: Counts
) -> None:
    """Count one item as chosen."""
    topics, kinds, providers = groups
    left, slots, sums = counts
    topic = topics[item]
    if providers[item] >= 0:
        provider_slots[providers[item]] -= 1
    add_to_be_had(left[topic], slots[topic], -1, sums)
    left[topic, kinds[item]] -= 1
    slots[topic] -= 1
    add_to_be_had(left[topic], slots[topic], 1, sums)


@kernel
def _counts(topics: Items, kinds: Kinds, cap: int) -> tuple[Counts, Counts, Counts]:
    """Items left by topic and kind, slots by topic, and the sums of what is to be had."""
    left = np.zeros((topics.max() + 1 if len(topics) else 0, 4), np.int64)
    for item in range(len(topics)):
        left[topics[item], kinds[item]] += 1
    slots, sums = np.full(len(left), cap), np.zeros(4, np.int64)
    for topic in range(len(left)):
        add_to_be_had(left[topic], cap, 1, sums)
    return left, slots, sums


@kernel
def _mark_fitting(
    fits: NDArray[np.bool_], counts: tuple[Counts, Counts, Counts], owed: Counts, slots_after: int
) -> None:
    """Whether what is owed can be had after an item of each topic and kind was taken.

    No item takes more than one from any sum, so that mostly all of them fit.
    """
    left, slots, sums = counts
    if allowed(sums - 1, owed[0], owed[1], slots_after):
        fits[:] = True
        return
    for topic in range(len(left)):
        for kind in range(4):
            rest, fewer = sums.copy(), left[topic].copy()
            add_to_be_had(fewer, slots[topic], -1, rest)
            fewer[kind] = max(fewer[kind] - 1, 0)
            add_to_be_had(fewer, max(slots[topic] - 1, 0), 1, rest)
            fits[topic, kind] = allowed(rest, max(owed[0] - kind // 2, 0), max(owed[1] - kind % 2, 0), slots_after)
