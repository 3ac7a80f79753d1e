"""Penchant's own index, as it serves."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from indexer.ann import Allowance, AnnSettings, VectorIndex
from models.ids import Rows
from scripts.benchmarks.ann.cases import Case, Filter
from scripts.benchmarks.ann.vectors import Vectors


class Cells:
    """Cells over half-precision vectors, whatever the size."""

    def __init__(self) -> None:
        self.settings = AnnSettings(flat_below=0)
        self.told = f"missed {self.settings.missed}, margin {self.settings.margin}, half precision"
        self.bytes: int | None = None
        self._allowances: dict[str, Allowance] = {}

    def build(self, vectors: Vectors, filters: Sequence[Filter]) -> None:
        """Index them; of each filter what it allows is made ready once."""
        halves = vectors.astype(np.float16)
        self._index = VectorIndex.build(halves, self.settings)
        self._allowances = {each.name: self._index.allowance(each.allowed) for each in filters}
        arrays = self._index.cells.arrays().values() if self._index.cells else ()
        self.bytes = halves.nbytes + sum(array.nbytes for array in arrays)

    def search(self, query: Vectors, k: int, case: Case) -> Rows:
        """By allowance, or by rows."""
        allowed = self._allowances[case.filter.name] if case.filter else None
        found: Rows = self._index.search(query[None], k, case.excluded, allowed).rows[0]
        return found
