"""The vector index: exact while a catalogue is small, a graph from then on, filtered without losing recall.

Of equal scores the lower row comes first, and rows are in the order of the item ids. So what is found for k is the
beginning of what is found for more: in an exact search always, in a graph as long as its breadth is the same.
"""

from __future__ import annotations

from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from pydantic import Field

from indexer.equal_vectors import EqualVectors, Vectors
from indexer.exact_search import Hits, best, exact_search
from indexer.graph import Graph
from models.config import Config
from models.ids import Rows

_NO_ROWS = np.empty(0, dtype=np.int32)
_BEYOND = 8
"""Nodes that are fetched beyond those wanted, to see whether equal scores go on."""


class AnnSettings(Config):
    """How vectors are searched."""

    flat_below: int = Field(default=10_000, ge=0)
    """Different vectors up to which the search compares with all of them."""

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
    """recall@10 against exact search, by scores, under which a snapshot is not published."""


class VectorIndex:
    """Maximum inner product search over the index vectors of a snapshot."""

    def __init__(
        self, vectors: Vectors, equals: EqualVectors | None, graph: Graph | None, settings: AnnSettings
    ) -> None:
        """`vectors` float32 [n, d]; `graph` has a node for each of `equals`, or each row where all are different."""
        self._vectors, self.equals, self._graph, self._settings = vectors, equals, graph, settings
        self._compared, self._place = _compared(vectors, equals) if graph is None else (vectors, None)

    @classmethod
    def build(cls, vectors: Vectors, settings: AnnSettings) -> VectorIndex:
        """Index all rows of `vectors`, float32 [n, d]."""
        equals = EqualVectors.find(vectors)
        nodes = len(vectors) if equals is None else len(equals)
        if nodes <= settings.flat_below:
            return cls(vectors, equals, None, settings)
        graph = Graph.build(_of_nodes(vectors, equals), settings.links, settings.ef_construction)
        return cls(vectors, equals, graph, settings)

    @classmethod
    def load(
        cls, path: Path | None, vectors: Vectors, equals: EqualVectors | None, settings: AnnSettings
    ) -> VectorIndex:
        """Open what `save` wrote, None without a graph, beside `vectors`; they are searched where they are."""
        graph = Graph.load(path, vectors if equals is None else None) if path else None
        return cls(vectors, equals, graph, settings)

    def save(self, path: Path) -> None:
        """Write the graph to one file; without a graph there is nothing to write."""
        if self._graph is not None:
            self._graph.save(path, vectors=self.equals is not None)

    @property
    def kind(self) -> str:
        """`flat` or `hnsw`."""
        return "flat" if self._graph is None else "hnsw"

    def __len__(self) -> int:
        return len(self._vectors)

    def search(self, queries: Vectors, k: int, excluded: Rows | None = None) -> Hits:
        """The k rows with the largest inner product with each query.

        Args:
            queries: float32 [q, d].
            k: rows a query.
            excluded: rows that must not be found, in any order, without repeats.
        """
        excluded = _NO_ROWS if excluded is None else excluded
        allowed = len(self) - len(excluded)
        if allowed <= 0:
            return Hits.none(len(queries), k)
        if allowed < self._settings.exact_below_share * len(self):
            return exact_search(self._vectors, queries, k, self._others(excluded), self.equals)
        if self._graph is None:
            return self._flat(queries, k, excluded)
        return self._followed(self._graph, queries, k, excluded)

    def _others(self, excluded: Rows) -> Rows:
        mask = np.ones(len(self), dtype=np.bool_)
        mask[excluded] = False
        return np.flatnonzero(mask).astype(np.int32)

    def _flat(self, queries: Vectors, k: int, excluded: Rows) -> Hits:
        scores = queries @ self._compared.T
        if self._place is not None:
            scores = scores[:, self._place]
        scores[:, excluded] = -np.inf
        return best(np.arange(len(self), dtype=np.int32), scores, k)

    def _followed(self, graph: Graph, queries: Vectors, k: int, excluded: Rows) -> Hits:
        """Excluded nodes take up places among the graph's candidates, so there are more of these where many are."""
        blocked = np.sort(excluded) if self.equals is None else self.equals.wholly(excluded)
        left = len(graph) - len(blocked)
        breadth, fetch = max(self._settings.ef_search, 2 * k), max(k, self._settings.ef_search // 2) + _BEYOND
        while True:
            fetch = min(fetch, left)
            nodes, scores = graph.search(queries, fetch, int(max(breadth, fetch) * len(graph) / left), blocked)
            hits = self._hits(nodes, scores, k, excluded)
            if fetch == left or not _goes_on(hits.scores, scores):
                return hits
            if fetch > self._settings.exact_below_share * left:
                return exact_search(self._vectors, queries, k, self._others(excluded), self.equals)
            fetch *= 4

    def _hits(self, nodes: NDArray[np.int64], scores: NDArray[np.float32], k: int, excluded: Rows) -> Hits:
        hits = Hits.none(len(nodes), k)
        for query in range(len(nodes)):
            found = nodes[query] >= 0
            rows, own = self._rows(nodes[query][found].astype(np.int32), scores[query][found], k, excluded)
            order = np.lexsort((rows, -own))[:k]
            hits.rows[query, : len(order)], hits.scores[query, : len(order)] = rows[order], own[order]
        return hits

    def _rows(
        self, nodes: Rows, scores: NDArray[np.float32], k: int, excluded: Rows
    ) -> tuple[Rows, NDArray[np.float32]]:
        """The allowed rows of the best nodes, as many nodes as k rows can need, those of equal score included."""
        if self.equals is None:
            return nodes, scores
        needed = np.flatnonzero(scores >= np.sort(scores)[-min(k, len(scores)) :].min(initial=np.inf))
        rows, place = self.equals.rows_of(nodes[needed])
        keep = ~np.isin(rows, excluded)
        return rows[keep], scores[needed[place[keep]]]


def _compared(vectors: Vectors, equals: EqualVectors | None) -> tuple[Vectors, Rows | None]:
    """(what a flat index compares with, where each row's vector is there): each vector once where that is worth it."""
    if equals is None:
        return vectors, None
    if 2 * len(equals) > len(vectors):
        return vectors, equals.firsts(equals.nodes)
    return _of_nodes(vectors, equals), equals.nodes


def _of_nodes(vectors: Vectors, equals: EqualVectors | None) -> Vectors:
    if equals is None:
        return vectors
    return np.ascontiguousarray(vectors[equals.firsts(np.arange(len(equals), dtype=np.int32))])


def _goes_on(kept: NDArray[np.float32], fetched: NDArray[np.float32]) -> bool:
    """Whether some query's last score is as good as the worst one fetched: more of the same may have been left."""
    return bool((kept[:, -1] <= fetched[:, -1]).any())
