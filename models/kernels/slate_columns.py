"""The items of a slate, their tags, and what is known of single events, as kernels take them."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

Codes = NDArray[np.int32]
Numbers = NDArray[np.int64]
Vectors = NDArray[np.float32]
Values = NDArray[np.float64]
Mask = NDArray[np.bool_]

SCORE, MULTIPLIED, NEW, LIKED = range(4)
"""Columns of a slate's values: score, what it is multiplied by, and the parts of it that an item has by being new and
by being popular, 0 where it is not."""
APART, CLOSE, NEARLY, NEARLY_WITH_A_TAG = range(4)
"""Cosine of any two items and of close ones; shares of the way between from which two are alike, and with a tag."""


class Shown(NamedTuple):
    """The n items of a slate.

    Attributes:
        rows: of the catalogue.
        positions: int64 [n], place of each among the candidates.
        values: float64 [n, 4].
        exploratory: whether each lies outside of what is the person's own.
        own: whether each is the person's own.
        asked: whether each may be there for what the person stated.
        recent: likewise for the session.
        ranks: float64, scores of all candidates.
        vectors: content vectors, float32 [rows, width].
        places: int32 [n], the row of each.
        others: content vectors, float32 [rows, width].
        of_event: int32 [k], the row in it of each event's item.
        likeness: float64 [4], what makes items alike.
    """

    rows: Codes
    positions: Numbers
    values: Values
    exploratory: Mask
    own: Mask
    asked: Mask
    recent: Mask
    ranks: Values
    vectors: Vectors
    places: Codes
    others: Vectors
    of_event: Codes
    likeness: Values


class Tags(NamedTuple):
    """Tags of a slate's items and of a person's events.

    Attributes:
        of_item: int64 [n + 1], where the tags of each item begin.
        slots: int32 [m], number of each among the tags of the slate.
        nearness: float32 [m], of each to its item.
        nameable: bool [tags of the slate].
        known: bool, likewise: whether the person stated it or liked an item that bears it.
        masses: float64, likewise: decayed weight of the events that bear it.
        of_event: int64 [k + 1], where the tags of each event begin.
        borne: int32, number of each.
    """

    of_item: Numbers
    slots: Codes
    nearness: Vectors
    nameable: Mask
    known: Mask
    masses: Values
    of_event: Numbers
    borne: Codes


class Products(NamedTuple):
    """What is known of single events, which are in order of what they may carry at most.

    Attributes:
        near: float32 [first events, n], inner products of the first events' vectors with the slate's.
        alike: float32 [first events, n], the same of their content blocks.
        bounds: float64 [k], more than each event carries of any score, factors aside.
    """

    near: Vectors
    alike: Vectors
    bounds: Values
