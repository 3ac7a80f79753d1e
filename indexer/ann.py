"""The vector index: FAISS, exact while a catalogue is small, a graph from then on, filtered without losing recall."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import faiss
import numpy as np
from numpy.typing import NDArray
from pydantic import Field

from models.config import Config
from models.ids import Rows
from models.metrics import overlap_at

Vectors = NDArray[np.float32]


class AnnSettings(Config):
    """How vectors are searched."""

    flat_below: int = Field(default=10_000, ge=0)
    """Items up to which the index is exact (FAISS flat)."""

    links: int = Field(default=32, ge=4, le=128)
    """Links a node of the graph (HNSW M)."""

    ef_construction: int = Field(default=120, ge=8)
    """Candidates kept while a node is linked."""

    ef_search: int = Field(default=96, ge=8)
    """Candidates kept while searching; more is slower and finds more."""

    exact_below_share: float = Field(default=0.2, ge=0, le=1)
    """Share of allowed items below which the allowed ones are searched exactly instead of through the graph."""

    recall_sample: int = Field(default=200, ge=1)
    """Queries by which recall against exact search is measured."""

    recall_floor: float = Field(default=0.95, ge=0, le=1)
    """recall@10 against exact search under which a snapshot is not published."""


@dataclass(frozen=True, slots=True)
class Hits:
    """Nearest neighbours by inner product, best first.

    Attributes:
        rows: int32 [q, k], -1 where there were fewer.
        scores: float32 [q, k], -inf there.
    """

    rows: Rows
    scores: NDArray[np.float32]


class VectorIndex:
    """Maximum inner product search over the index vectors of a snapshot."""

    def __init__(self, index: faiss.Index, vectors: Vectors, settings: AnnSettings) -> None:
        """`vectors` float32 [n, d] are the rows of `index`, for exact search over few of them."""
        self._index = index
        self._vectors = vectors
        self._settings = settings

    @classmethod
    def build(cls, vectors: Vectors, settings: AnnSettings) -> VectorIndex:
        """Index all rows of `vectors`, float32 [n, d]."""
        dimension = vectors.shape[1]
        if len(vectors) <= settings.flat_below:
            index: faiss.Index = faiss.IndexFlatIP(dimension)
        else:
            index = faiss.IndexHNSWFlat(dimension, settings.links, faiss.METRIC_INNER_PRODUCT)
            index.hnsw.efConstruction = settings.ef_construction
        index.add(np.ascontiguousarray(vectors))
        return cls(index, vectors, settings)

    @classmethod
    def load(cls, path: Path, vectors: Vectors, settings: AnnSettings) -> VectorIndex:
        """Read what `save` wrote."""
        return cls(faiss.read_index(str(path)), vectors, settings)

    def save(self, path: Path) -> None:
        """Write the index to one file."""
        faiss.write_index(self._index, str(path))

    @property
    def kind(self) -> str:
        """`flat` or `hnsw`."""
        return "hnsw" if isinstance(self._index, faiss.IndexHNSW) else "flat"

    def __len__(self) -> int:
        return int(self._index.ntotal)

    def search(self, queries: Vectors, k: int, excluded: Rows | None = None) -> Hits:
        """The k rows with the largest inner product with each query.

        Args:
            queries: float32 [q, d].
            k: rows a query.
            excluded: rows that must not be found, in any order, without repeats.
        """
        allowed = len(self) - (0 if excluded is None else len(excluded))
        if allowed <= 0:
            return Hits(np.full((len(queries), k), -1, np.int32), np.full((len(queries), k), -np.inf, np.float32))
        if excluded is not None and self.kind == "hnsw" and allowed < self._settings.exact_below_share * len(self):
            return exact_search(self._vectors, queries, k, np.setdiff1d(np.arange(len(self), dtype=np.int32), excluded))
        parameters = self._parameters(k, excluded, allowed / len(self))
        scores, rows = self._index.search(np.ascontiguousarray(queries), min(k, allowed), params=parameters)
        return _padded(rows, scores, k)

    def _parameters(self, k: int, excluded: Rows | None, allowed_share: float) -> Any:
        """Excluded rows take up places among the graph's candidates, so there are more of these where many are."""
        selector = None
        if excluded is not None and len(excluded):
            selector = faiss.IDSelectorNot(faiss.IDSelectorBatch(np.sort(excluded).astype(np.int64)))
        if self.kind == "hnsw":
            ef = int(max(self._settings.ef_search, 2 * k) / allowed_share)
            return faiss.SearchParametersHNSW(efSearch=ef, sel=selector)  # type: ignore[attr-defined]
        return faiss.SearchParameters(sel=selector)  # type: ignore[call-arg]


def exact_search(vectors: Vectors, queries: Vectors, k: int, allowed: Rows) -> Hits:
    """Gather the allowed rows and compare with all of them; ties by row."""
    scores = queries @ vectors[allowed].T
    order = np.argsort(-scores, axis=1, kind="stable")[:, :k]
    return _padded(allowed[order], np.take_along_axis(scores, order, axis=1), k)


def measure_recall(index: VectorIndex, vectors: Vectors, queries: Vectors, k: int = 10) -> float:
    """recall@k of the index against exact search, the mean over `queries` [q, d]."""
    k = min(k, len(vectors))
    exact = faiss.knn(queries, vectors, k, metric=faiss.METRIC_INNER_PRODUCT)[1]
    return overlap_at(index.search(queries, k).rows, exact)


def _padded(rows: NDArray[np.integer], scores: NDArray[np.float32], k: int) -> Hits:
    missing = k - rows.shape[1]
    rows32 = np.pad(rows.astype(np.int32), ((0, 0), (0, missing)), constant_values=-1)
    scores = np.pad(scores, ((0, 0), (0, missing)), constant_values=-np.inf)
    return Hits(rows32, np.where(rows32 >= 0, scores, -np.inf).astype(np.float32))
