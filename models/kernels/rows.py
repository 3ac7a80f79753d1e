"""Loops over rows of a catalogue: which are among others, which bear one of some tags, which are a topic's best."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from models.kernels.compiler import kernel
from models.kernels.terms import rounded

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
def best_of_groups(
    rows: Rows,
    spans: Numbers,
    left_out: Rows,
    counts: NDArray[np.float64],
    published: tuple[Numbers, Rows],
    count: int,
) -> tuple[Rows, Numbers]:
    """(the rows of each group that come first, at most `count`, group by group; where each group ends in them).

    Those with the larger count, to twelve digits, come first, of equal ones those published later, then in order.

    Args:
        rows: int32 [n].
        spans: int64 [groups, 2], start and end of each group among the rows.
        left_out: int32, rows that are not taken, ascending.
        counts: float64, by row; rows behind the end have none.
        published: int64 [m], and int32 [n], the place of each row in it.
        count: how many are wanted.
    """
    chosen, ends = np.empty(len(spans) * count, np.int32), np.empty(len(spans), np.int64)
    firsts, seconds, total = np.empty(count, np.float64), np.empty(count, np.int64), 0
    for group in range(len(spans)):
        held = 0
        for entry in range(spans[group, 0], spans[group, 1] if count else spans[group, 0]):
            row = rows[entry]
            out = np.searchsorted(left_out, row)
            if out < len(left_out) and left_out[out] == row:
                continue
            first = rounded(counts[row]) if row < len(counts) else 0.0
            second = published[0][published[1][entry]]
            if held == count:
                if not _before(first, second, firsts[held - 1], seconds[held - 1]):
                    continue
                held -= 1
            place = held
            while place > 0 and _before(first, second, firsts[place - 1], seconds[place - 1]):
                chosen[total + place] = chosen[total + place - 1]
                firsts[place], seconds[place] = firsts[place - 1], seconds[place - 1]
                place -= 1
            chosen[total + place], firsts[place], seconds[place] = row, first, second
            held += 1
        total += held
        ends[group] = total
    return chosen[:total], ends


@kernel
def _before(first: float, second: int, other_first: float, other_second: int) -> bool:
    return first > other_first if first != other_first else second > other_second
