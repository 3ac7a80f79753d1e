"""Rows of vectors that may be kept in half precision, which numpy widens number by number, ten times as slowly."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from models.kernels.compiler import kernel

_FRACTION = 13
"""Bits that a single has more behind the point than a half."""
_KEPT = np.int32(-0x70000001)
"""Of a half that was widened as a whole number and moved by these: its sign, exponent and fraction."""
_BIAS = np.float32(2.0**112)
"""By what the exponents of a single and a half differ."""

Vectors = NDArray[np.float32]
Rows = NDArray[np.int32]


def gathered(vectors: NDArray[np.floating[Any]], rows: Rows) -> Vectors:
    """Some rows of finite vectors, float32 or float16 [n, d]: float32 [len(rows), d]."""
    if vectors.dtype == np.float16:
        return _widened(vectors.view(np.int16), rows)
    return np.asarray(vectors[rows], dtype=np.float32)


def products(vectors: NDArray[np.floating[Any]], rows: Rows, query: Vectors) -> Vectors:
    """Inner products of some rows of finite vectors with a query [d], the same for equal rows wherever they stand."""
    if vectors.dtype == np.float16:
        return _products_of_halves(vectors.view(np.int16), rows, query)
    return _products(vectors, rows, query)


@kernel
def _widened(halves: NDArray[np.int16], rows: Rows) -> Vectors:
    widened = np.empty((len(rows), halves.shape[1]), np.float32)
    for place in range(len(rows)):
        _widen(halves[rows[place]], widened[place])
    return widened


@kernel
def _products_of_halves(halves: NDArray[np.int16], rows: Rows, query: Vectors) -> Vectors:
    found, vector = np.empty(len(rows), np.float32), np.empty(halves.shape[1], np.float32)
    for place in range(len(rows)):
        _widen(halves[rows[place]], vector)
        found[place] = _product(vector, query)
    return found


@kernel
def _products(vectors: Vectors, rows: Rows, query: Vectors) -> Vectors:
    found = np.empty(len(rows), np.float32)
    for place in range(len(rows)):
        found[place] = _product(vectors[rows[place]], query)
    return found


@kernel
def _widen(halves: NDArray[np.int16], widened: Vectors) -> None:
    bits = widened.view(np.int32)
    for each in range(len(halves)):
        bits[each] = (np.int32(halves[each]) << _FRACTION) & _KEPT
    for each in range(len(halves)):
        widened[each] *= _BIAS


@kernel
def _product(one: Vectors, other: Vectors) -> np.float32:
    total = np.float32(0)
    for each in range(len(one)):
        total += one[each] * other[each]
    return total
