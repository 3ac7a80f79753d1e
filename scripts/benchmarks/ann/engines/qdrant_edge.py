"""qdrant-edge: a graph that knows the filter; not the Qdrant server, though of the same makers."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from models.ids import Rows
from scripts.benchmarks.ann.cases import Case, Filter
from scripts.benchmarks.ann.vectors import Vectors

_LINKS, _WHILE_BUILDING, _BREADTH = 32, 120, 128
_BATCH = 1_000
_YES, _NAME = "yes", "item"


class QdrantEdge:
    """A shard in float32, in a folder of its own; attributes are keywords with an index."""

    told = f"m {_LINKS}, ef_construct {_WHILE_BUILDING}, hnsw_ef {_BREADTH}"
    bytes: int | None = None

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def build(self, vectors: Vectors, filters: Sequence[Filter]) -> None:
        """Write all points, index their attributes, and let the optimizer link them."""
        import qdrant_edge as edge  # noqa: PLC0415 - an extra

        self._edge = edge
        self._keys = {each.name: f"filter_{place}" for place, each in enumerate(filters)}
        graph = edge.HnswIndexConfig(
            m=_LINKS, ef_construct=_WHILE_BUILDING, full_scan_threshold=10_000, max_indexing_threads=1
        )
        each = edge.EdgeVectorParams(size=vectors.shape[1], distance=edge.Distance.Dot, hnsw_config=graph)
        self._shard: Any = edge.EdgeShard.create(str(self._folder), edge.EdgeConfig(vectors={_NAME: each}))
        for key in self._keys.values():
            operation = edge.UpdateOperation.create_field_index(key, edge.PayloadSchemaType.Keyword)
            self._shard.update(operation)
        for points in self._points(vectors, filters):
            self._shard.update(edge.UpdateOperation.upsert_points(points))
        self._shard.optimize()

    def _points(self, vectors: Vectors, filters: Sequence[Filter]) -> Iterator[list[Any]]:
        for start in range(0, len(vectors), _BATCH):
            rows = range(start, min(start + _BATCH, len(vectors)))
            held = [{self._keys[each.name]: _YES for each in filters if each.allowed[row]} for row in rows]
            yield [
                self._edge.Point(row, {_NAME: vectors[row].tolist()}, payload)
                for row, payload in zip(rows, held, strict=True)
            ]

    def search(self, query: Vectors, k: int, case: Case) -> Rows:
        """With the filter as a condition on an attribute, or on ids."""
        edge = self._edge
        condition = None
        if case.filter:
            wanted = edge.FieldCondition(self._keys[case.filter.name], match=edge.MatchValue(_YES))
            condition = edge.Filter(must=[wanted])
        elif case.excluded is not None:
            condition = edge.Filter(must_not=[edge.HasIdCondition(set(case.excluded.tolist()))])
        return self._found(edge.Query.Nearest(query.tolist(), using=_NAME), condition, k)

    def recommend(self, examples: tuple[Vectors, Vectors], k: int, excluded: Rows) -> Rows:
        """Its own recommend, by the best score, for vectors that are liked and vectors that are not."""
        edge = self._edge
        liked, disliked = (vectors.tolist() for vectors in examples)
        query = edge.Query.RecommendBestScore(edge.RecommendQuery(liked, disliked), using=_NAME)
        return self._found(query, edge.Filter(must_not=[edge.HasIdCondition(set(excluded.tolist()))]), k)

    def _found(self, query: Any, condition: Any, k: int) -> Rows:
        edge = self._edge
        request = edge.QueryRequest(query=query, filter=condition, limit=k, params=edge.SearchParams(hnsw_ef=_BREADTH))
        return np.array([point.id for point in self._shard.query(request)], dtype=np.int32)
