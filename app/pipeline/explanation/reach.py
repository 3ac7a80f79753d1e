"""Reach: the lengths of engage vectors, by which it is known what an event cannot carry, without its vector."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from app.serving.catalogue import Catalogue
from models.ids import Rows

_AT_A_TIME = 16_384


class Reach:
    """Lengths by row, measured once a snapshot; of rows that changed since, when they are asked for."""

    def __init__(self, catalogue: Catalogue) -> None:
        self._catalogue = catalogue
        base = catalogue.engage.base
        self._measured = np.empty(len(base))
        for start in range(0, len(base), _AT_A_TIME):
            self._measured[start : start + _AT_A_TIME] = _lengths(base[start : start + _AT_A_TIME])

    def __call__(self, rows: Rows) -> NDArray[np.float64]:
        """float64 [n]: length of the engage vector of each row."""
        new = self._catalogue.changed[rows]
        if not new.any():
            return np.asarray(self._measured[rows])
        lengths = np.empty(len(rows))
        lengths[~new] = self._measured[rows[~new]]
        lengths[new] = _lengths(self._catalogue.engage[rows[new]])
        return lengths


def _lengths(vectors: NDArray[np.floating]) -> NDArray[np.float64]:
    return np.asarray(np.sqrt(np.einsum("nd,nd->n", vectors, vectors, dtype=np.float64)))
