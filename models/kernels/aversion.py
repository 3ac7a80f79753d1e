"""How far dismissals reach, candidate by candidate: app/pipeline/aversion.py says what is computed."""

from __future__ import annotations

from typing import Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from models.kernels.compiler import kernel
from models.kernels.item_columns import ItemColumns
from models.kernels.likeness import inner

Rows = NDArray[np.int32]
Numbers = NDArray[np.int64]
Vectors = NDArray[np.float32]
Values = NDArray[np.float64]

_MOST_WHOLE: Final = 64.0
"""Exponent up to which a power is a product."""


class Averse(NamedTuple):
    """k dismissals.

    Attributes:
        topics: int32 [k], of the dismissed items.
        providers: int32 [k], -1 for none.
        tags: int32 [t], codes of all their tags, ascending without repeats.
        starts: int64 [t + 1], where the dismissals with each of these tags begin in `bearers`.
        bearers: int64, dismissals by tag.
        told: float64 [k], what the tags of each tell.
    """

    topics: Rows
    providers: Rows
    tags: Rows
    starts: Numbers
    bearers: Numbers
    told: Values


class Reach(NamedTuple):
    """Weights and scales of app/pipeline/settings.py, and the closeness of any two items and of neighbours."""

    near: float
    topic: float
    provider: float
    tags: float
    sharpness: float
    cap: float
    apart: float
    close: float


@kernel
def aversions(
    averse: Averse,
    strengths: tuple[Values, Values],
    reach: Reach,
    located: tuple[ItemColumns, Rows],
    vectors: tuple[Vectors, Rows, Vectors],
    tags: tuple[Numbers, Rows, Rows, Values],
) -> Values:
    """float64 [n]: the exponents A_j.

    Args:
        averse: the dismissals, the strongest first.
        strengths: float64 [m], of the m first, which still count, and what of it topic, provider and tags are charged.
        reach: of the settings.
        located: columns of items, and the place of each candidate in them.
        vectors: content of items, float32 [rows, d], the place of each candidate in it, and that of the m dismissals.
        tags: of items: where the list of each begins, codes, the place of each candidate, and what each code tells.
    """
    (items, places), (content, at, dismissed) = located, vectors
    found, shared = np.zeros(len(places)), np.zeros(len(averse.topics))
    for number in range(len(places)):
        place, vector, total = places[number], content[at[number]], 0.0
        telling = _shared_tags(tags[2][number], tags, averse, shared)
        for event in range(len(strengths[0])):
            strength, charged = strengths[0][event], strengths[1][event]
            nearness = (inner(dismissed[event], vector, len(vector)) - reach.apart) / (reach.close - reach.apart)
            if nearness > 0:
                total += reach.near * strength * _power(min(nearness, 1.0), reach.sharpness)
            total += reach.topic * charged * (items.topics[place] == averse.topics[event])
            if averse.providers[event] >= 0:
                total += reach.provider * charged * (items.providers[place] == averse.providers[event])
            if shared[event] > 0:
                total += reach.tags * charged * shared[event] / (telling + averse.told[event] - shared[event])
                shared[event] = 0.0
        found[number] = min(total, reach.cap)
    return found


@kernel
def _power(base: float, exponent: float) -> float:
    """A power; a whole exponent, as the default is, takes a tenth of the time of another."""
    left = int(min(exponent, _MOST_WHOLE))
    if left != exponent:
        return float(base**exponent)
    result = 1.0
    while left:
        if left & 1:
            result *= base
        base *= base
        left >>= 1
    return result


@kernel
def _shared_tags(place: int, tags: tuple[Numbers, Rows, Rows, Values], averse: Averse, shared: Values) -> float:
    """What an item's tags tell; what those tell that it shares with each dismissal is written to `shared` [k]."""
    starts, codes, _, telling = tags
    total = 0.0
    for entry in range(starts[place], starts[place + 1]):
        told = telling[codes[entry]]
        total += told
        known = np.searchsorted(averse.tags, codes[entry])
        if known < len(averse.tags) and averse.tags[known] == codes[entry]:
            for bearer in range(averse.starts[known], averse.starts[known + 1]):
                shared[averse.bearers[bearer]] += told
    return total
