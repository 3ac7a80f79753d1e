"""The Gram matrix of everybody's interactions, its products computed on a cluster: to the last digit those made here.

A product's columns and a matrix's rows do not depend on which others are computed beside them, and what blocks of
people yield is added up in the same order as in one process. So it makes no difference how many workers there are.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import cached_property
from typing import Any, Final

import numpy as np

from indexer.distributed.cluster import Cluster, Step
from indexer.distributed.worker import Bands, GramTask, Times, Within, penchant_version
from indexer.progress import ProgressBar
from models.factors.gram import Block, Dense, Finish, Matrix, added, bands, cut

COLUMNS: Final = 32
"""Of a basis, at most so many in one part."""


class RayGram:
    """M'M on a cluster; the blocks of M are handed over once.

    Args:
        matrix: M, float32 [people, items].
        cluster: where products are computed.
    """

    def __init__(self, matrix: Matrix, cluster: Cluster) -> None:
        self._matrix, self._cluster = matrix, cluster

    @property
    def shape(self) -> tuple[int, int]:
        """People and items."""
        return self._matrix.shape

    def times(self, basis: Dense) -> Dense:
        """See `models.factors.gram.Gram`."""
        rows = [{"start": part.start, "stop": part.stop} for part in bands(basis.shape[1], COLUMNS)]
        found = self._each(Times(*self._shared, self._cluster.put(basis)), rows)
        return np.hstack([_dense(row, len(basis)) for row in found])

    def within(self, basis: Dense) -> Dense:
        """See `models.factors.gram.Gram`."""
        rows = [{"block": number} for number in range(len(self._shared[0]))]
        found = self._each(Within(*self._shared, self._cluster.put(basis)), rows)
        return added(_dense(row, basis.shape[1]) for row in found)

    def bands(self, size: int, finish: Finish) -> Iterator[Matrix]:
        """See `models.factors.gram.Gram`."""
        places = bands(self.shape[1], size)
        rows = [{"start": place.start, "stop": place.stop} for place in places]
        found = self._each(Bands(*self._shared, self._cluster.put(finish)), rows)
        return (
            _sparse(row, (place.stop - place.start, self.shape[1])) for place, row in zip(places, found, strict=True)
        )

    def _each(self, task: GramTask, rows: list[dict[str, int]]) -> Iterator[Any]:
        with ProgressBar("multiplying", "part") as progress:
            for done, row in enumerate(self._cluster.each(Step("multiplying", task), rows), 1):
                progress(done, len(rows))
                yield row

    @cached_property
    def _shared(self) -> tuple[list[Any], str]:
        return [self._cluster.put(Block.of(rows)) for rows in cut(self._matrix)], penchant_version()


def _dense(row: Any, length: int) -> Dense:
    return np.frombuffer(row["values"], np.float32).reshape(length, -1).copy()


def _sparse(row: Any, shape: tuple[int, int]) -> Matrix:
    indices, offsets = (np.frombuffer(row[name], np.dtype(row["kind"])).copy() for name in ("indices", "offsets"))
    return Matrix((np.frombuffer(row["values"], np.float32).copy(), indices, offsets), shape=shape)
