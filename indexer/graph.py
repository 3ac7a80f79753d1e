"""The graph of a large catalogue (FAISS HNSW), mapped from its file; its vectors are held once, by whoever has them."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import faiss
import numpy as np
from numpy.typing import NDArray

from indexer.equal_vectors import Vectors
from models.ids import Rows

_MAPPED = faiss.IO_FLAG_MMAP_IFC
_WITHOUT_VECTORS = faiss.IO_FLAG_SKIP_STORAGE


class Graph:
    """A searchable graph over the rows of one array."""

    def __init__(self, index: Any, *refers_to: object) -> None:
        """`refers_to` is what `index` points into: it lives as long as the graph."""
        self._index = index
        self._refers_to = refers_to

    @classmethod
    def build(cls, vectors: Vectors, links: int, ef_construction: int) -> Graph:
        """Link all rows of `vectors`, float32 [n, d], on all threads; their number does not change the graph."""
        index = faiss.IndexHNSWFlat(vectors.shape[1], links, faiss.METRIC_INNER_PRODUCT)
        index.hnsw.efConstruction = ef_construction
        index.add(np.ascontiguousarray(vectors))
        return cls(index)

    @classmethod
    def load(cls, path: Path, vectors: Vectors | None = None) -> Graph:
        """Map what `save` wrote, and search `vectors`, float32 [n, d], where they are; None: those in the file."""
        if vectors is None:
            return cls(faiss.read_index(str(path), _MAPPED))
        index: Any = faiss.read_index(str(path), _MAPPED | _WITHOUT_VECTORS)
        owner = index.hnsw.neighbors.owner  # FAISS asks who owns what it is shown; this class keeps it alive
        view: Any = faiss.MaybeOwnedVectorUInt8
        storage = faiss.IndexFlatIP(vectors.shape[1])
        storage.codes = view.create_view(faiss.swig_ptr(vectors), vectors.nbytes, owner)
        storage.ntotal = len(vectors)
        index.storage, index.own_fields = storage, False
        return cls(index, storage, vectors)

    def save(self, path: Path, *, vectors: bool) -> None:
        """Write the graph to one file, with the vectors of its nodes or without."""
        writer = faiss.FileIOWriter(str(path))
        faiss.write_index(self._index, writer, 0 if vectors else _WITHOUT_VECTORS)

    def __len__(self) -> int:
        return int(self._index.ntotal)

    def search(
        self, queries: Vectors, k: int, ef: int, excluded: Rows
    ) -> tuple[NDArray[np.int64], NDArray[np.float32]]:
        """(nodes [q, k], -1 where fewer were found, their scores); `ef` candidates are kept, excluded ones among them.

        Args:
            queries: float32 [q, d].
            k: nodes a query.
            ef: breadth of the search.
            excluded: nodes that must not be found, ascending.
        """
        selector = faiss.IDSelectorNot(faiss.IDSelectorBatch(excluded.astype(np.int64))) if len(excluded) else None
        parameters: Any = faiss.SearchParametersHNSW(efSearch=ef, sel=selector)  # type: ignore[attr-defined]
        scores, nodes = self._index.search(np.ascontiguousarray(queries), k, params=parameters)
        return nodes, scores
