"""The first entries of groups, without sorting the groups."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from models.kernels.compiler import COMPILED
from models.kernels.rows import leading


def leading_rows(
    starts: NDArray[np.int64], firsts: NDArray[np.float64], seconds: NDArray[np.int64], count: int
) -> NDArray[np.int64]:
    """int64: positions of the `count` entries of each group that come first, group by group.

    Those with the larger first value come first, of equal ones those with the larger second value, then by position.

    Args:
        starts: int64 [groups + 1], where each group begins.
        firsts: float64 [n].
        seconds: int64 [n].
        count: how many are wanted of each.
    """
    if COMPILED:
        return leading(starts, firsts, seconds, count)
    groups = np.repeat(np.arange(len(starts) - 1), np.diff(starts))
    order = np.lexsort((-seconds, -firsts, groups))
    return np.asarray(order[np.arange(len(order)) - starts[groups] < count])
