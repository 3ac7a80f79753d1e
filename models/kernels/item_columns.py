"""Columns of a catalogue as compiled loops take them: one value, so that they are handed over at once."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

Codes = NDArray[np.int32]


class ItemColumns(NamedTuple):
    """What is known of items, by place.

    Attributes:
        alive: bool, whether an item was not deleted.
        published_at: int64, seconds since 1970.
        expires_at: int64.
        sensitive: uint64, a bit for each sensitive topic.
        topics: int32.
        formats: int32, codes; -1 for none, as in what follows.
        languages: int32, codes.
        providers: int32, codes.
    """

    alive: NDArray[np.bool_]
    published_at: NDArray[np.int64]
    expires_at: NDArray[np.int64]
    sensitive: NDArray[np.uint64]
    topics: Codes
    formats: Codes
    languages: Codes
    providers: Codes
