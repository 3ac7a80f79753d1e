"""What may be found: everything, shares at random, shares that go with the subject, or all but what is near."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from models.ids import Rows
from scripts.benchmarks.ann.vectors import Sample, Vectors

EVERYTHING: Final = "everything"
_SHARES: Final = (0.5, 0.1, 0.01, 0.001)
_LANGUAGES: Final = (0.15, 0.046, 0.005)
_NEAREST: Final = (500, 5_000)


@dataclass(frozen=True, slots=True)
class Filter:
    """Rows that may be found, bool [n], by the name that engines know the filter by."""

    name: str
    allowed: NDArray[np.bool_]


@dataclass(frozen=True, slots=True)
class Case:
    """One search's filter: an attribute that rows have, or rows, int32, that are excluded, or neither."""

    name: str
    filter: Filter | None = None
    excluded: Rows | None = None


def filters_of(sample: Sample, seed: int) -> list[Filter]:
    """Shares at random, and languages, which most subjects have little of and some much."""
    random, count = np.random.default_rng(seed), len(sample.vectors)
    lots = random.random(count)
    found = [Filter(f"{share:.1%} at random", lots < share) for share in _SHARES]
    for share in _LANGUAGES:
        chance = (random.random(sample.subjects.max() + 1) ** 4)[sample.subjects]
        found.append(Filter(f"language of {share:.1%}", random.random(count) < chance * share / chance.mean()))
    return found


def cases_of(scores: Vectors, filters: list[Filter]) -> Iterator[Case]:
    """All cases of one query, whose scores with all rows are given, [n]."""
    yield Case(EVERYTHING)
    for each in filters:
        yield Case(each.name, filter=each)
    for count in _NEAREST:
        if 2 * count < len(scores):
            nearest = np.sort(np.argpartition(-scores, count)[:count])
            yield Case(f"all but the {count:,} nearest", excluded=nearest.astype(np.int32))
