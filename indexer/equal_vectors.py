"""Rows whose vectors are equal, number for number: one node of a graph, and one score in every search.

A graph cannot hold many equal vectors: they link to each other until nothing else can be reached through them. And two
dot products with equal vectors may differ in their last bit, by where the vectors lie in memory. So equal rows are
compared once, and a rule, the order of their rows, says which of them comes first.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from models.ids import Rows
from models.joint_vectors import Stored, read

Vectors = NDArray[np.float32]
_BLOCK = 16_384


@dataclass(frozen=True, slots=True)
class EqualVectors:
    """Which rows share a vector. Rows that share one are a node; nodes are numbered by their first rows.

    Attributes:
        nodes: int32 [n], the node of each row.
        rows: int32 [n], the rows by node, ascending within a node.
        starts: int64 [nodes + 1], where each node begins in `rows`.
    """

    nodes: Rows
    rows: Rows
    starts: NDArray[np.int64]

    @classmethod
    def find(cls, vectors: Stored) -> EqualVectors | None:
        """The nodes of `vectors`, float32 [n, d]; None where all vectors are different."""
        _, firsts, inverse = np.unique(digests(vectors), return_index=True, return_inverse=True)
        if len(firsts) == len(vectors):
            return None
        first_of = firsts[inverse]
        return cls.of_firsts(np.where(_equal(vectors, first_of), first_of, np.arange(len(vectors))))

    @classmethod
    def of_firsts(cls, first_of: NDArray[np.int64]) -> EqualVectors:
        """From the first row that has the vector of each row, [n]."""
        _, nodes = np.unique(first_of, return_inverse=True)
        return cls.of_nodes(nodes.astype(np.int32))

    @classmethod
    def of_nodes(cls, nodes: Rows) -> EqualVectors:
        """The inverse of `nodes`."""
        rows = np.argsort(nodes, kind="stable").astype(np.int32)
        starts = np.concatenate([[0], np.cumsum(np.bincount(nodes))]).astype(np.int64)
        return cls(nodes, rows, starts)

    def __len__(self) -> int:
        return len(self.starts) - 1

    def firsts(self, nodes: Rows) -> Rows:
        """The first row of each of these nodes."""
        return self.rows[self.starts[nodes]]

    def wholly(self, excluded: Rows) -> Rows:
        """The nodes of which every row is excluded, ascending; `excluded` without repeats."""
        nodes, counts = np.unique(self.nodes[excluded], return_counts=True)
        whole: Rows = nodes[counts == (self.starts[nodes + 1] - self.starts[nodes])]
        return whole

    def rows_of(self, nodes: Rows) -> tuple[Rows, NDArray[np.int64]]:
        """(rows of these nodes, position in `nodes` of each)."""
        starts = self.starts[nodes]
        lengths = self.starts[nodes + 1] - starts
        within = np.arange(lengths.sum()) - np.repeat(np.cumsum(lengths) - lengths, lengths)
        return self.rows[np.repeat(starts, lengths) + within], np.repeat(np.arange(len(nodes)), lengths)


def digests(vectors: Stored) -> NDArray[np.uint64]:
    """uint64 [n]: equal for equal rows; 0 and -0 are equal."""
    factors = np.random.default_rng(0).integers(1, 2**63, vectors.shape[1], dtype=np.uint64) | np.uint64(1)
    bits = ((block + np.float32(0)).view(np.uint32).astype(np.uint64) for block in _blocks(vectors))
    return np.concatenate([np.empty(0, np.uint64), *((each * factors).sum(axis=1, dtype=np.uint64) for each in bits)])


def _equal(vectors: Stored, others: NDArray[np.int64]) -> NDArray[np.bool_]:
    """bool [n]: whether each row has the vector of another row; compared itself, since digests may collide."""
    equal = np.ones(len(vectors), dtype=np.bool_)
    rows = np.flatnonzero(others != np.arange(len(vectors)))
    for block in np.split(rows, range(_BLOCK, len(rows), _BLOCK)):
        equal[block] = (read(vectors, block) == read(vectors, others[block])).all(axis=1)
    return equal


def _blocks(vectors: Stored) -> Iterator[Vectors]:
    for start in range(0, len(vectors), _BLOCK):
        yield np.asarray(vectors[start : start + _BLOCK], dtype=np.float32)
