"""FAISS's inverted file in half precision: as many lists as Penchant has cells, a fixed number looked through."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import faiss
import numpy as np
from numpy.typing import NDArray

from indexer.ann import AnnSettings
from models.ids import Rows
from scripts.benchmarks.ann.cases import Case, Filter
from scripts.benchmarks.ann.vectors import Vectors

_PROBES = 32


class Lists:
    """IVF of 16-bit numbers; what may be found is a bitmap."""

    told = f"IVF, fp16, {_PROBES} lists a search"
    bytes: int | None = None
    _parameters: Any = faiss.SearchParametersIVF
    _selector: Any = faiss.IDSelectorBitmap

    def build(self, vectors: Vectors, filters: Sequence[Filter]) -> None:
        """Train the lists as FAISS does, and fill them; bitmaps of filters are made once."""
        count, dimension = vectors.shape
        middles = faiss.IndexFlatIP(dimension)
        lists, kind = AnnSettings().cells_of(count), faiss.ScalarQuantizer.QT_fp16
        self._middles = middles
        self._index: Any = faiss.IndexIVFScalarQuantizer(middles, dimension, lists, kind, faiss.METRIC_INNER_PRODUCT)
        self._index.cp.spherical = True
        self._index.train(vectors)
        self._index.add(vectors)
        self._count = count
        self._bitmaps = {each.name: np.packbits(each.allowed, bitorder="little") for each in filters}
        self.bytes = count * (2 * dimension + 8) + 4 * lists * dimension

    def search(self, query: Vectors, k: int, case: Case) -> Rows:
        """With fewer rows where the lists that are looked through have fewer that may be found."""
        bitmap = self._bitmap(case)
        selector = None if bitmap is None else self._selector(bitmap)
        parameters: Any = self._parameters(nprobe=_PROBES, sel=selector)
        found: Rows = self._index.search(query[None], k, params=parameters)[1][0].astype(np.int32)
        return found[found >= 0]

    def _bitmap(self, case: Case) -> NDArray[np.uint8] | None:
        if case.filter:
            return self._bitmaps[case.filter.name]
        if case.excluded is None:
            return None
        allowed = np.ones(self._count, dtype=np.bool_)
        allowed[case.excluded] = False
        return np.packbits(allowed, bitorder="little")
