"""hnswlib: its filter is a Python function, asked for each node."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from models.ids import Rows
from scripts.benchmarks.ann.cases import Case, Filter
from scripts.benchmarks.ann.vectors import Vectors

_LINKS, _WHILE_BUILDING, _BREADTH = 32, 120, 128


class Hnswlib:
    """A graph in float32."""

    told = f"M {_LINKS}, ef_construction {_WHILE_BUILDING}, ef {_BREADTH}"
    bytes: int | None = None

    def build(self, vectors: Vectors, filters: Sequence[Filter]) -> None:
        """Link all rows on one thread."""
        import hnswlib  # noqa: PLC0415 - an extra

        del filters
        self._index: Any = hnswlib.Index(space="ip", dim=vectors.shape[1])
        self._index.init_index(len(vectors), M=_LINKS, ef_construction=_WHILE_BUILDING)
        self._index.add_items(vectors, np.arange(len(vectors)), num_threads=1)
        self._index.set_ef(_BREADTH)
        self.bytes = int(self._index.index_file_size())

    def search(self, query: Vectors, k: int, case: Case) -> Rows | None:
        """With fewer rows where the graph gives up before it has found k."""
        asked: dict[str, Any] = {}
        if case.filter:
            allowed = case.filter.allowed
            asked = {"filter": lambda row: bool(allowed[row])}
        elif case.excluded is not None:
            excluded = set(case.excluded.tolist())
            asked = {"filter": lambda row: row not in excluded}
        try:
            rows, _ = self._index.knn_query(query[None], k=k, num_threads=1, **asked)
        except RuntimeError:  # it raises where it finds fewer than k
            return np.empty(0, dtype=np.int32)
        found: Rows = rows[0].astype(np.int32)
        return found
