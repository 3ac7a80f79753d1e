"""Candidates: the one value that flows through the stages of a query."""

from __future__ import annotations

from dataclasses import dataclass, fields, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from models.ids import Rows

TERMS = ("similarity", "recency", "popularity", "format", "interest", "session", "stated", "aversion")
"""Summands of the score, and last the exponent by which it is lowered."""


@dataclass(frozen=True, slots=True)
class Candidates:
    """Columns of equal length; `take` is the only way to subset or reorder them.

    Attributes:
        rows: int32 [n], items, without repeats.
        source: int8 [n], the first source that brought each (position in the list of stages; -1: the backfill).
        terms: float32 [n, len(TERMS)], unweighted terms of the score.
        scores: float32 [n], weighted sum of the terms, times exp(-aversion) where positive; never NaN.
    """

    rows: Rows
    source: NDArray[np.int8]
    terms: NDArray[np.float32]
    scores: NDArray[np.float32]

    @classmethod
    def found(cls, rows: Rows, source: NDArray[np.int8]) -> Candidates:
        """Candidates that have no score yet."""
        return cls(rows, source, np.zeros((len(rows), len(TERMS)), np.float32), np.zeros(len(rows), np.float32))

    def __len__(self) -> int:
        return len(self.rows)

    @property
    def sums(self) -> NDArray[np.float32]:
        """float32 [n], weighted sums of the terms, before aversion lowers them."""
        return np.where(self.scores > 0, self.scores * np.exp(self.terms[:, -1]), self.scores)

    def take(self, order: NDArray[Any]) -> Candidates:
        """The candidates at these positions, or where this mask holds, in this order."""
        return Candidates(*(getattr(self, field.name)[order] for field in fields(self)))

    def scored(self, terms: NDArray[np.float32], weights: NDArray[np.float32]) -> Candidates:
        """The same with scores, from finite terms."""
        sums = terms @ weights
        scores = np.where(sums > 0, sums * np.exp(-terms[:, -1]), sums)
        return replace(self, terms=terms, scores=scores.astype(np.float32))
