"""What sources ask of the vector index for one person: the same is not searched for twice."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

from app.serving.eligibility import Eligibility
from models.ids import Rows


@dataclass(frozen=True, slots=True, eq=False)
class Asked:
    """What a search was asked.

    Attributes:
        sources: for whom.
        queries: float32 [q, d].
        quotas: int64 [q], how many rows of each.
        owners: int64 [q], position of the source that asks each.
        excluded: rows that must not be found, ascending.
        eligibility: what may be.
    """

    sources: tuple[str, ...]
    queries: NDArray[np.float32]
    quotas: NDArray[np.int64]
    owners: NDArray[np.int64]
    excluded: Rows
    eligibility: Eligibility

    @property
    def nbytes(self) -> int:
        """Bytes of the arrays, with those of an answer."""
        return self.queries.nbytes + 4 * len(self.quotas) * int(self.quotas.max(initial=0))

    def same(self, other: Asked) -> bool:
        """Whether the answer is the same, as long as the catalogue is."""
        arrays = ((self.queries, other.queries), (self.quotas, other.quotas), (self.excluded, other.excluded))
        known = (self.sources, self.eligibility) == (other.sources, other.eligibility)
        return known and all(np.array_equal(one, another) for one, another in arrays)


Found: TypeAlias = tuple[Rows, Rows]
"""(int32 [q, most], rows found for each query, -1 behind the last; rows beside them, that are not eligible)."""
