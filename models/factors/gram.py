"""The Gram matrix M'M of a sparse matrix of people x items: all that factor learning asks of everybody's interactions.

M is cut into blocks of people, and what the blocks yield is added up in their order. Where they begin follows from M
alone, so the numbers are the same to the last digit wherever the parts are computed: in this process, or on as many
machines as there are. No part holds M'M whole.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import pairwise
from typing import Final, Protocol, TypeVar

import numpy as np
from numpy.typing import NDArray
from scipy import sparse

Dense = NDArray[np.float32]
Matrix = sparse.csr_array

LEAST: Final = 1 << 24
"""Interactions of a block, at least."""

PER_ITEM: Final = 16
"""Interactions of a block for each item, at least: adding up the yields of blocks is little work beside making them."""

Yield = TypeVar("Yield", Dense, Matrix)

Finish = Callable[[Matrix, slice], Matrix]
"""(rows of M'M, their place) to what is wanted of them; plain enough to be sent to another machine."""


class Gram(Protocol):
    """M'M, of which only products are computed."""

    @property
    def shape(self) -> tuple[int, int]:
        """People and items."""

    def times(self, basis: Dense) -> Dense:
        """M'M B, float32 [items, r], of a basis [items, r]."""

    def within(self, basis: Dense) -> Dense:
        """B'M'M B, float32 [r, r], of a basis [items, r]."""

    def bands(self, size: int, finish: Finish) -> Iterator[Matrix]:
        """Rows of M'M, `size` at a time and in order, each band as `finish` leaves it."""


OpenGram = Callable[[Matrix], Gram]
"""Of float32 [people, items]."""


@dataclass(frozen=True, slots=True)
class Block:
    """Some people's rows, and the same by columns.

    Attributes:
        rows: float32 [people, items].
        columns: float32 [items, people], its transpose.
    """

    rows: Matrix
    columns: Matrix

    @classmethod
    def of(cls, rows: Matrix) -> Block:
        """With the transpose."""
        return cls(rows, Matrix(rows.T))


class LocalGram:
    """In this process, one part after the other."""

    def __init__(self, matrix: Matrix) -> None:
        self._matrix = matrix

    @property
    def shape(self) -> tuple[int, int]:
        """People and items."""
        return self._matrix.shape

    def times(self, basis: Dense) -> Dense:
        """See `Gram`."""
        return times(self._blocks, basis)

    def within(self, basis: Dense) -> Dense:
        """See `Gram`."""
        return added(within(rows, basis) for rows in cut(self._matrix))

    def bands(self, size: int, finish: Finish) -> Iterator[Matrix]:
        """See `Gram`."""
        return (finish(band_of(self._blocks, band), band) for band in bands(self.shape[1], size))

    @cached_property
    def _blocks(self) -> list[Block]:
        return [Block.of(rows) for rows in cut(self._matrix)]


def cut(matrix: Matrix) -> Iterator[Matrix]:
    """The rows of each block; at least one block, and nobody's row is divided."""
    for people in _places(matrix):
        offsets = matrix.indptr[people.start : people.stop + 1]
        met = slice(offsets[0], offsets[-1])
        shape = (people.stop - people.start, matrix.shape[1])
        yield Matrix((matrix.data[met], matrix.indices[met], offsets - offsets[0]), shape=shape)


def _places(matrix: Matrix) -> list[slice]:
    size = max(LEAST, PER_ITEM * matrix.shape[1])
    ends = np.searchsorted(matrix.indptr, np.arange(size, max(matrix.nnz, size), size)).tolist()
    bounds = sorted({0, *ends, matrix.shape[0]})
    return [slice(*pair) for pair in pairwise(bounds)] or [slice(0, 0)]


def times(blocks: Iterable[Block], basis: Dense) -> Dense:
    """M'M B; each column is computed as it is alone, whichever stand beside it."""
    return added(np.asarray(block.columns @ (block.rows @ basis)) for block in blocks)


def within(rows: Matrix, basis: Dense) -> Dense:
    """One block's share of B'M'M B."""
    image = np.asarray(rows @ basis)
    squares: Dense = image.T @ image
    return squares


def band_of(blocks: Iterable[Block], band: slice) -> Matrix:
    """Rows of M'M."""
    return added(Matrix(block.columns[band] @ block.rows) for block in blocks)


def added(yields: Iterable[Yield]) -> Yield:
    """Their sum, from the first to the last; there must be one."""
    each = iter(yields)
    total = next(each)
    for one in each:
        total += one  # type: ignore[arg-type] # a sparse total becomes another one
    return total


def bands(size: int, width: int) -> Sequence[slice]:
    """Where bands of a width begin and end in so many rows."""
    return [slice(start, min(start + width, size)) for start in range(0, size, width)]
