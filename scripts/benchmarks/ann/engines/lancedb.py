"""lancedb: lists with a graph in each and 8-bit numbers, refined; conditions hold before the search."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa

from models.ids import Rows
from scripts.benchmarks.ann.cases import Case, Filter
from scripts.benchmarks.ann.vectors import Vectors

_LISTS, _REFINED = 20, 3


class Lancedb:
    """IVF_HNSW_SQ in a folder of its own."""

    told = f"IVF_HNSW_SQ, {_LISTS} probes, refine factor {_REFINED}"
    bytes: int | None = None

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def build(self, vectors: Vectors, filters: Sequence[Filter]) -> None:
        """Write the table and its index; a column for each filter."""
        import lancedb  # noqa: PLC0415 - an extra
        from lancedb.index import HnswSq  # noqa: PLC0415

        self._columns = {each.name: f"filter_{place}" for place, each in enumerate(filters)}
        flat = pa.FixedSizeListArray.from_arrays(pa.array(vectors.ravel()), vectors.shape[1])
        columns = {self._columns[each.name]: pa.array(each.allowed) for each in filters}
        rows = pa.array(np.arange(len(vectors), dtype=np.int64))
        table = pa.table({"id": rows, "vector": flat} | columns)
        self._table: Any = lancedb.connect(str(self._folder)).create_table("items", table)
        self._table.create_index("vector", config=HnswSq(distance_type="dot"))

    def search(self, query: Vectors, k: int, case: Case) -> Rows:
        """With the filter as a condition in SQL."""
        asked = self._table.search(query).distance_type("dot").nprobes(_LISTS).refine_factor(_REFINED)
        if case.filter:
            asked = asked.where(self._columns[case.filter.name], prefilter=True)
        elif case.excluded is not None:
            asked = asked.where(f"id NOT IN ({','.join(map(str, case.excluded))})", prefilter=True)
        found = asked.select(["id", "_distance"]).limit(k).to_arrow()["id"].to_numpy()
        return np.asarray(found, dtype=np.int32)
