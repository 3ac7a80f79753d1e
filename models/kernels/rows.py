"""Loops over rows of a catalogue: which are among others, which bear one of some tags, which are a topic's best."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from models.kernels.compiler import kernel

Rows = NDArray[np.int32]
Numbers = NDArray[np.int64]
Mask = NDArray[np.bool_]


@kernel
def among(rows: Rows, others: Rows) -> Mask:
    """bool [n]: whether each row is among others, which are ascending."""
    found = np.zeros(len(rows), np.bool_)
    for place in range(len(rows)):
        low, high, row = 0, len(others), rows[place]
        while low < high:
            middle = (low + high) // 2
            if others[middle] < row:
                low = middle + 1
            else:
                high = middle
        found[place] = low < len(others) and others[low] == row
    return found


@kernel
def bears(rows: Rows, offsets: Numbers, codes: Rows, wanted: Mask) -> Mask:
    """bool [n]: whether the list of each row, `codes[offsets[row]:offsets[row + 1]]`, has a wanted code."""
    found = np.zeros(len(rows), np.bool_)
    for place in range(len(rows)):
        for entry in range(offsets[rows[place]], offsets[rows[place] + 1]):
            if wanted[codes[entry]]:
                found[place] = True
                break
    return found


@kernel
def leading(starts: Numbers, firsts: NDArray[np.float64], seconds: Numbers, count: int) -> Numbers:
    """int64: positions of the `count` entries of each group that come first, group by group.

    Those with the larger first value come first, of equal ones those with the larger second value, then by position.

    Args:
        starts: int64 [groups + 1], where each group begins.
        firsts: float64 [n].
        seconds: int64 [n].
        count: how many are wanted.
    """
    chosen, total = np.empty((len(starts) - 1) * count, np.int64), 0
    if count == 0:
        return chosen
    for group in range(len(starts) - 1):
        base, held = total, 0
        for entry in range(starts[group], starts[group + 1]):
            if held == count:
                last = chosen[base + held - 1]
                if not _before(entry, last, firsts, seconds):
                    continue
                held -= 1
            place = base + held
            while place > base and _before(entry, chosen[place - 1], firsts, seconds):
                chosen[place] = chosen[place - 1]
                place -= 1
            chosen[place] = entry
            held += 1
        total += held
    return chosen[:total]


@kernel
def _before(one: int, other: int, firsts: NDArray[np.float64], seconds: Numbers) -> bool:
    if firsts[one] != firsts[other]:
        return bool(firsts[one] > firsts[other])
    return bool(seconds[one] > seconds[other])
