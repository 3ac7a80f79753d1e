"""Filters in one pass over rows: which of them, in their order, is the first to hold each row back.

A filter has a bit, and the bits are in the order in which filters run. Some filters name rows, which is a table of rows
and the bits of all filters that name each; the others look at columns.
"""

from __future__ import annotations

from enum import IntEnum
from typing import Final

import numpy as np
from numpy.typing import NDArray

from models.kernels.compiler import kernel
from models.kernels.item_columns import ItemColumns

Rows = NDArray[np.int32]
Bits = NDArray[np.int64]


class Bit(IntEnum):
    """Number of each filter's bit: filters run in this order."""

    SEEN = 0
    OWN = 1
    DISMISSED = 2
    MUTED = 3
    RESTED = 4
    EXCLUDED = 5
    HIDDEN = 6
    EXPIRED = 7
    LANGUAGE = 8
    SENSITIVE = 9
    COPIES = 10


_HIDDEN: Final = 1 << Bit.HIDDEN
_EXPIRED: Final = 1 << Bit.EXPIRED
_LANGUAGE: Final = 1 << Bit.LANGUAGE
_SENSITIVE: Final = 1 << Bit.SENSITIVE
_FILTERS: Final = len(Bit)


@kernel
def first_filters(
    rows: Rows,
    places: Rows,
    items: ItemColumns,
    named: tuple[Rows, Bits],
    unread: NDArray[np.bool_],
    rules: tuple[float, int, np.uint64],
) -> NDArray[np.int8]:
    """int8 [n]: number of the bit of the first filter that holds each row back, -1 for none.

    Args:
        rows: int32 [n].
        places: int32 [n], place of each row in `items`.
        items: columns of items.
        named: rows that filters name, ascending, and the bits of these filters.
        unread: bool by code of language; empty where every language is read.
        rules: seconds since 1970, the bits of the filters that are asked, and the sensitive topics that are barred.
    """
    found = np.empty(len(rows), np.int8)
    now, asked, barred = rules
    for number in range(len(rows)):
        row, place = rows[number], places[number]
        bits, at = 0, np.searchsorted(named[0], row)
        if at < len(named[0]) and named[0][at] == row:
            bits = named[1][at]
        if not items.alive[place] or items.published_at[place] > now:
            bits |= _HIDDEN
        if items.expires_at[place] <= now:
            bits |= _EXPIRED
        if items.languages[place] >= 0 and items.languages[place] < len(unread) and unread[items.languages[place]]:
            bits |= _LANGUAGE
        if items.sensitive[place] & barred:
            bits |= _SENSITIVE
        found[number] = _lowest(bits & asked)
    return found


@kernel
def _lowest(bits: int) -> int:
    for number in range(_FILTERS):
        if bits >> number & 1:
            return number
    return -1


@kernel
def merged(rows: Rows, order: NDArray[np.int64], bits: Bits) -> tuple[Rows, Bits]:
    """(rows ascending without repeats, bits of all entries of each).

    Args:
        rows: int32 [n].
        order: int64 [n], positions of the rows in ascending order.
        bits: int64 [n], of each entry.
    """
    found, together, count = np.empty(len(rows), np.int32), np.empty(len(rows), np.int64), 0
    for position in order:
        if count and found[count - 1] == rows[position]:
            together[count - 1] |= bits[position]
        else:
            found[count], together[count] = rows[position], bits[position]
            count += 1
    return found[:count], together[:count]
