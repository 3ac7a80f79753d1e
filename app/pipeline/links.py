"""Links: the neighbours of several events' items, as one flat table."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from models.ids import Rows
from models.kernels.sums import gathered
from models.kernels.sums import summed as add_up
from models.neighbours import Neighbours

_MANY = 8
"""Items of a catalogue for each link from which sorting the links takes less than counting over all items."""


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

    @property
    def nbytes(self) -> int:
        """Bytes of the arrays."""
        return self.event.nbytes + self.rows.nbytes + self.weights.nbytes


NO_LINKS: Final = Links(np.empty(0, np.int64), np.empty(0, np.int32), np.empty(0, np.float32))


def gather_links(neighbours: Neighbours, rows: Rows) -> Links:
    """The neighbours of `rows`; rows added since the snapshot have none."""
    lists = (np.asarray(neighbours.rows), np.asarray(neighbours.weights))
    return Links(*gathered(rows, np.asarray(neighbours.offsets), lists))


def summed(links: Links, amounts: NDArray[np.float64], items: int) -> tuple[Rows, NDArray[np.float64]]:
    """(neighbours ascending, sums over events of amount times weight), of a catalogue of so many `items`."""
    parts = amounts[links.event] * links.weights
    if _MANY * len(parts) > items:  # counting takes less than sorting
        linked = np.zeros(items, dtype=np.bool_)
        linked[links.rows] = True
        rows = np.flatnonzero(linked).astype(np.int32)
        return rows, np.asarray(np.bincount(links.rows, weights=parts, minlength=items)[rows], dtype=np.float64)
    return add_up(links.rows, np.argsort(links.rows, kind="stable"), parts)


def places_of(rows: Rows, among: Rows, items: int) -> NDArray[np.int32]:
    """int32 [len(rows)]: the position of each row `among` others, which are distinct; -1 where it is none of them."""
    table = np.zeros(items, dtype=np.int32)
    table[among] = np.arange(1, len(among) + 1)
    return table[rows] - 1
