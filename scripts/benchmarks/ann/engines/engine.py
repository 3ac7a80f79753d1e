"""What is asked of an index that takes part."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

from models.ids import Rows
from scripts.benchmarks.ann.cases import Case, Filter
from scripts.benchmarks.ann.vectors import Vectors


class Engine(Protocol):
    """An index over the rows of one array.

    Attributes:
        told: how it is set.
        bytes: what it takes, vectors included; None where it does not say.
    """

    told: str
    bytes: int | None

    def build(self, vectors: Vectors, filters: Sequence[Filter]) -> None:
        """Index unit vectors, float32 [n, d], and the attributes that filters go by."""

    def search(self, query: Vectors, k: int, case: Case) -> Rows | None:
        """At most k rows for float32 [d]; None where it has no such filter."""
