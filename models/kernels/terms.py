"""The terms of candidates' scores, candidate by candidate: app/pipeline/scorer.py says what each of them is."""

from __future__ import annotations

import math
from typing import Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from models.kernels.compiler import kernel
from models.kernels.item_columns import ItemColumns
from models.kernels.likeness import Tastes, inner

Rows = NDArray[np.int32]
Vectors = NDArray[np.float32]
Values = NDArray[np.float64]

TERMS: Final = 8
_BITS: Final = 40
"""Binary digits of a count of popularity that tell items apart."""


class Personal(NamedTuple):
    """What the person's part of the terms is, beside what items are compared with.

    Attributes:
        linked: int32 [m], rows of neighbours, ascending.
        sums: float32 [m], the neighbours' part of their scores.
        formats: float32 [formats + 1], affinity by format, the last for items without one.
        confidence: what likeness is multiplied by; 0 where nothing is known.
    """

    linked: Rows
    sums: Vectors
    formats: Vectors
    confidence: float


class Popular(NamedTuple):
    """Counts of people by row.

    Attributes:
        counts: float64 [rows], as of some base.
        age: half-lives since the base.
        highest: the largest count; 0 where nobody did anything.
        linear: whether counts are so small that log(1 + count) is the count.
    """

    counts: Values
    age: float
    highest: float
    linear: bool


@kernel
def terms_of(
    rows: Rows,
    located: tuple[ItemColumns, Rows],
    vectors: tuple[Vectors, Rows],
    tastes: Tastes,
    personal: Personal,
    popular: Popular,
    time: tuple[float, float],
) -> Vectors:
    """float32 [n, TERMS]: the terms in their order, the last two, what was stated and aversion, 0.

    Args:
        rows: int32 [n].
        located: columns of items, and the place of each row in them.
        vectors: index vectors, float32 [m, d], and the place of each row in them.
        tastes: what items are compared with.
        personal: the rest of what is known of the person.
        popular: counts of people.
        time: now, and the half-life of recency, in seconds.
    """
    items, places = located
    found, dimension = np.zeros((len(rows), TERMS), np.float32), len(tastes.whole)
    most = 1.0 if popular.linear or popular.highest <= 0 else _log_of_one_more(popular.highest, popular.age)
    for number in range(len(rows)):
        place, vector = places[number], vectors[0][vectors[1][number]]
        likeness = inner(tastes.whole, vector, dimension) + _linked(rows[number], personal)
        found[number, 0] = np.float32(likeness) * np.float32(personal.confidence)
        found[number, 1] = 2.0 ** (-max(time[0] - items.published_at[place], 0.0) / time[1])
        found[number, 2] = _share(rows[number], popular, most)
        found[number, 3] = personal.formats[items.formats[place]]
        taste = tastes.of_topic[items.topics[place]]
        if taste >= 0:
            found[number, 4] = inner(tastes.interests[taste], vector, tastes.interests.shape[1])
        found[number, 5] = inner(tastes.session, vector, len(tastes.session))
    return found


@kernel
def _linked(row: int, personal: Personal) -> float:
    at = np.searchsorted(personal.linked, row)
    return float(personal.sums[at]) if at < len(personal.linked) and personal.linked[at] == row else 0.0


@kernel
def _share(row: int, popular: Popular, most: float) -> float:
    if row >= len(popular.counts) or popular.highest <= 0:
        return 0.0
    count = rounded(popular.counts[row])
    return count / popular.highest if popular.linear else _log_of_one_more(count, popular.age) / most


@kernel
def rounded(count: float) -> float:
    """A count to twelve digits: sums of the same votes in another order are equal."""
    mantissa, exponent = math.frexp(count)
    return math.ldexp(np.rint(mantissa * 2.0**_BITS), exponent - _BITS)


@kernel
def _log_of_one_more(count: float, age: float) -> float:
    """log(1 + count * 2^-age) for any age, also where the power is beyond float64."""
    if count <= 0:
        return 0.0
    size = math.log(count) - age * math.log(2.0)
    return size + math.log1p(math.exp(-size)) if size > 0 else math.log1p(math.exp(size))
