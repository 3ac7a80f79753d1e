"""What was found for one person in the vector index: the same is not searched for twice."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

from app.serving.eligibility import Eligibility
from models.ids import Rows
from models.kernels.rows import among

Found: TypeAlias = tuple[Rows, Rows]
"""(int32 [q, most], rows found for each query, -1 behind the last; rows beside them, that are not eligible)."""


@dataclass(frozen=True, slots=True, eq=False)
class Asked:
    """What decides the answer of a search for one person's features; their vectors follow from these and the moment.

    Attributes:
        sources: for whom.
        moment: seconds since 1970, as of which the user embedding is searched for.
        excluded: rows that must not be found, ascending.
        eligibility: what may be.
        sought: how many each source looks for.
        by: what likeness counts.
    """

    sources: tuple[str, ...]
    moment: float
    excluded: NDArray[np.int32]
    eligibility: Eligibility
    sought: tuple[int, ...] = ()
    by: str = "both"

    def same(self, other: Asked) -> bool:
        """Whether the answer is the same, as long as the features are."""
        asked, others = ((each.sources, each.moment, each.eligibility, each.sought, each.by) for each in (self, other))
        return asked == others and np.array_equal(self.excluded, other.excluded)


@dataclass(slots=True, eq=False)
class Searched:
    """A search and what it found.

    Attributes:
        asked: what decided the answer.
        found: by source.
        least: float32 [q], score of the last that was found for each query; what scores less would not be found.
        revision: changes of the catalogue up to this one leave it as it is.
    """

    asked: Asked
    found: Mapping[str, Found]
    least: NDArray[np.float32]
    revision: int

    @property
    def nbytes(self) -> int:
        """Bytes of the arrays."""
        return self.least.nbytes + sum(each.nbytes for found in self.found.values() for each in found)

    def holds(self, rows: Rows) -> bool:
        """Whether any of some rows, ascending, was found."""
        return any(among(each.ravel(), rows).any() for found in self.found.values() for each in found)
