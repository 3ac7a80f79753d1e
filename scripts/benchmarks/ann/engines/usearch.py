"""usearch: its Python search has no filter."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from models.ids import Rows
from scripts.benchmarks.ann.cases import Case, Filter
from scripts.benchmarks.ann.vectors import Vectors

_LINKS, _WHILE_BUILDING, _BREADTH = 32, 128, 128


class Usearch:
    """A graph in half precision."""

    told = f"half precision, connectivity {_LINKS}, expansion {_WHILE_BUILDING} and {_BREADTH}"
    bytes: int | None = None

    def build(self, vectors: Vectors, filters: Sequence[Filter]) -> None:
        """Link all rows on one thread."""
        from usearch.index import Index  # noqa: PLC0415 - an extra

        del filters
        self._index: Any = Index(
            ndim=vectors.shape[1],
            metric="ip",
            dtype="f16",
            connectivity=_LINKS,
            expansion_add=_WHILE_BUILDING,
            expansion_search=_BREADTH,
        )
        self._index.add(np.arange(len(vectors)), vectors, threads=1)
        self.bytes = int(self._index.memory_usage)

    def search(self, query: Vectors, k: int, case: Case) -> Rows | None:
        """Without a filter only."""
        if case.filter or case.excluded is not None:
            return None
        found: Rows = self._index.search(query, k, threads=1).keys.astype(np.int32)
        return found
