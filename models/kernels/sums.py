"""Weighted sums of vectors by group, and of numbers by row."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from models.kernels.compiler import kernel

Rows = NDArray[np.int32]
Numbers = NDArray[np.int64]
Vectors = NDArray[np.float32]
Values = NDArray[np.float64]


@kernel
def add_weighted(sums: Vectors, groups: Numbers, weights: Vectors, vectors: Vectors, places: Rows) -> None:
    """Add n of [m, d] vectors, those at places [n], times their weights [n], to sums of their groups [groups, d]."""
    for number in range(len(groups)):
        weight, total, vector = weights[number], sums[groups[number]], vectors[places[number]]
        for place in range(len(vector)):
            total[place] += weight * vector[place]


@kernel
def gathered(rows: Rows, offsets: Numbers, lists: tuple[Rows, Vectors]) -> tuple[Numbers, Rows, Vectors]:
    """(positions of rows, entries, weights) of the lists of all rows; rows behind the last list have none.

    Args:
        rows: int32 [n].
        offsets: int64 [lists + 1], where each list begins.
        lists: entries int32 and weights float32 of all lists.
    """
    count = 0
    for row in rows:
        count += offsets[row + 1] - offsets[row] if row < len(offsets) - 1 else 0
    owners, entries, weights = np.empty(count, np.int64), np.empty(count, np.int32), np.empty(count, np.float32)
    at = 0
    for number in range(len(rows)):
        row = rows[number]
        if row >= len(offsets) - 1:
            continue
        for place in range(offsets[row], offsets[row + 1]):
            owners[at], entries[at], weights[at] = number, lists[0][place], lists[1][place]
            at += 1
    return owners, entries, weights


@kernel
def summed(rows: Rows, order: Numbers, parts: Values) -> tuple[Rows, Values]:
    """(rows ascending without repeats, sum of the parts of each).

    Args:
        rows: int32 [n].
        order: int64 [n], positions of the rows in ascending order.
        parts: float64 [n].
    """
    found, sums, count = np.empty(len(rows), np.int32), np.zeros(len(rows)), 0
    for position in order:
        if not count or found[count - 1] != rows[position]:
            found[count] = rows[position]
            count += 1
        sums[count - 1] += parts[position]
    return found[:count], sums[:count]
