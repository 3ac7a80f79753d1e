"""When people are too few for intervals to hold, and how many more it takes."""

from __future__ import annotations

import math
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from models.statistics import MINIMUM_PEOPLE

LEAST_UNLIKE: Final = 10
"""People of a variant who must differ from what most have. Where one in 200 does it and one in ten is of the variant,
intervals around a difference left out the truth in a third of A/A tests before that, and in none from then on."""
_DIGITS: Final = 6


def missing(values: NDArray[np.float64]) -> int:
    """How many people more are needed; 0 where there are enough.

    Where too few differ, as many more as it takes for enough to differ at the rate so far; where nobody does, twice
    as many people as there are, at least.

    Args:
        values: float64 [people], of those who tell anything.
    """
    people, unlike = len(values), _unlike(values)
    of_count = max(0, MINIMUM_PEOPLE - people)
    if unlike >= LEAST_UNLIKE:
        return of_count
    return max(of_count, math.ceil(people * (LEAST_UNLIKE / max(unlike, LEAST_UNLIKE / 3) - 1)), 1)


def number(value: Any) -> float | None:
    """Rounded as it is told; None where it is not finite."""
    return round(float(value), _DIGITS) if math.isfinite(value) else None


def _unlike(values: NDArray[np.float64]) -> int:
    """How many people differ from what most have."""
    return len(values) - int(np.unique(values, return_counts=True)[1].max(initial=0))
