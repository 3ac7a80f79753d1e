"""What Penchant searched before there were cells: a FAISS graph, or exactly where less than a fifth is allowed."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import faiss
import numpy as np

from models.ids import Rows
from scripts.benchmarks.ann.cases import Case, Filter
from scripts.benchmarks.ann.vectors import Vectors

_LINKS, _WHILE_BUILDING, _BREADTH, _EXACT_BELOW = 32, 120, 96, 0.2


class Graph:
    """HNSW of FAISS; its breadth follows the share that is excluded."""

    told = f"HNSW, M {_LINKS}, efConstruction {_WHILE_BUILDING}, ef {_BREADTH}"
    bytes: int | None = None

    def build(self, vectors: Vectors, filters: Sequence[Filter]) -> None:
        """Link all rows; rows that a filter excludes are told with each search."""
        self._vectors = vectors
        self._index: Any = faiss.IndexHNSWFlat(vectors.shape[1], _LINKS, faiss.METRIC_INNER_PRODUCT)
        self._index.hnsw.efConstruction = _WHILE_BUILDING
        self._index.add(vectors)
        self._excluded = {each.name: np.flatnonzero(~each.allowed) for each in filters}
        self.bytes = vectors.nbytes + len(vectors) * (8 * _LINKS + 8)

    def search(self, query: Vectors, k: int, case: Case) -> Rows:
        """Through the graph, or by a gather of what is allowed."""
        excluded = self._excluded[case.filter.name] if case.filter else case.excluded
        excluded = np.empty(0, np.int64) if excluded is None else excluded.astype(np.int64)
        count, left = len(self._vectors), len(self._vectors) - len(excluded)
        if left < _EXACT_BELOW * count:
            mask = np.ones(count, dtype=np.bool_)
            mask[excluded] = False
            rows = np.flatnonzero(mask).astype(np.int32)
            scores = self._vectors[rows] @ query
            return rows[np.argsort(-scores, kind="stable")[:k]]
        selector = faiss.IDSelectorNot(faiss.IDSelectorBatch(excluded)) if len(excluded) else None
        breadth = int(max(_BREADTH, 2 * k) * count / left)
        parameters: Any = faiss.SearchParametersHNSW(efSearch=breadth, sel=selector)  # type: ignore[attr-defined]
        found: Rows = self._index.search(query[None], k, params=parameters)[1][0].astype(np.int32)
        return found[found >= 0]
