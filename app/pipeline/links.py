"""Links: the neighbours of several events' items, as one flat table."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from models.ids import Rows
from models.neighbours import Neighbours


@dataclass(frozen=True, slots=True)
class Links:
    """Neighbours of several events' items.

    Attributes:
        event: int64 [m], position of the event.
        rows: int32 [m], neighbour.
        weights: float32 [m].
    """

    event: NDArray[np.int64]
    rows: Rows
    weights: NDArray[np.float32]


def gather_links(neighbours: Neighbours, rows: Rows) -> Links:
    """The neighbours of `rows`; rows added since the snapshot have none."""
    known = np.flatnonzero(rows < len(neighbours.offsets) - 1)
    starts, ends = neighbours.offsets[rows[known]], neighbours.offsets[rows[known] + 1]
    lengths = ends - starts
    within = np.arange(lengths.sum()) - np.repeat(np.cumsum(lengths) - lengths, lengths)
    flat = np.repeat(starts, lengths) + within
    return Links(np.repeat(known, lengths), neighbours.rows[flat], neighbours.weights[flat])


def places_of(rows: Rows, among: Rows, items: int) -> NDArray[np.int32]:
    """int32 [len(rows)]: the position of each row `among` others, which are distinct; -1 where it is none of them."""
    table = np.zeros(items, dtype=np.int32)
    table[among] = np.arange(1, len(among) + 1)
    return table[rows] - 1
