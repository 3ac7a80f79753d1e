"""Vectors of two blocks that are kept apart: content, which several columns share, and what is a column's own."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from models.kernels.halves import gathered, products

Vectors = NDArray[np.float32]
Rows = NDArray[np.int32]


class JointVectors:
    """[scale * content | behaviour] by row, float32 [n, c + b] as it is read, whatever the precision it is kept in."""

    def __init__(self, content: NDArray[np.floating[Any]], scale: float, behaviour: NDArray[np.floating[Any]]) -> None:
        """`content` [n, c] and `behaviour` [n, b] of single or half precision."""
        self.content, self.behaviour, self._scale = content, behaviour, np.float32(scale)

    dtype = np.dtype(np.float32)

    @property
    def shape(self) -> tuple[int, int]:
        """(vectors, numbers of each)."""
        return len(self.content), self.content.shape[1] + self.behaviour.shape[1]

    def __len__(self) -> int:
        return len(self.content)

    def __getitem__(self, places: slice | NDArray[np.integer[Any]]) -> Vectors:
        rows = (
            np.arange(len(self), dtype=np.int32)[places]
            if isinstance(places, slice)
            else places.astype(np.int32, copy=False)
        )
        width, found = self.content.shape[1], np.empty((len(rows), self.shape[1]), dtype=np.float32)
        np.multiply(gathered(self.content, rows), self._scale, out=found[:, :width])
        found[:, width:] = gathered(self.behaviour, rows)
        return found

    def __setitem__(self, row: int, vector: Vectors) -> None:
        """Replace what is the column's own; the content is that of all."""
        self.behaviour[row] = vector[self.content.shape[1] :]

    def products(self, rows: Rows, query: Vectors) -> Vectors:
        """Inner products of some rows with a query [d], the same for equal rows wherever they stand."""
        width = self.content.shape[1]
        own = products(self.behaviour, rows, np.ascontiguousarray(query[width:]))
        return products(self.content, rows, self._scale * query[:width]) + own


Stored = NDArray[np.floating[Any]] | JointVectors
"""Vectors as they are kept, [n, d]."""


def read(vectors: Stored, rows: NDArray[np.integer[Any]]) -> Vectors:
    """Some rows, float32 [len(rows), d]."""
    return vectors[rows] if isinstance(vectors, JointVectors) else gathered(vectors, rows.astype(np.int32, copy=False))


def halved(vectors: Vectors) -> Vectors:
    """What is left of them where they are kept in half precision."""
    return vectors.astype(np.float16).astype(np.float32)
