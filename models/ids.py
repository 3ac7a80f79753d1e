"""External ids and internal rows: two different types with one frozen map between them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from hashlib import blake2b
from typing import NewType

import numpy as np
from numpy.typing import NDArray

from models.columns import StringColumn

ItemId = NewType("ItemId", str)
UserId = NewType("UserId", str)
Row = NewType("Row", int)
Rows = NDArray[np.int32]

UNKNOWN = Row(-1)
MAX_ID_BYTES = 256
_FEW, _AT_ONCE = 32, 65_536


class DuplicateIdError(ValueError):
    """Two rows bear the same external id."""


@dataclass(frozen=True, slots=True)
class IdMap:
    """Frozen map between external ids and rows 0..n-1, held in four arrays that can be memory-mapped.

    Attributes:
        ids: the external ids, by row.
        digests: uint64 [n], the 64-bit digests of the ids, ascending.
        order: int32 [n], the row of each digest.
    """

    ids: StringColumn
    digests: NDArray[np.uint64]
    order: Rows

    @classmethod
    def build(cls, ids: Sequence[str]) -> IdMap:
        """Map `ids[row]` to `row`.

        Raises:
            DuplicateIdError: an id occurs twice.
        """
        if len(set(ids)) != len(ids):
            raise DuplicateIdError(_first_duplicate(ids))
        digests = digests_of(ids)
        order = np.argsort(digests, kind="stable").astype(np.int32)
        return cls(StringColumn.build(ids), digests[order], order)

    @classmethod
    def from_arrays(cls, arrays: Mapping[str, NDArray[np.generic]]) -> IdMap:
        """The inverse of `arrays`."""
        return cls(StringColumn.from_arrays(arrays), arrays["digests"], arrays["order"])  # type: ignore[arg-type]

    def arrays(self) -> dict[str, NDArray[np.generic]]:
        """Everything needed to restore the map, by name."""
        return {**self.ids.arrays(), "digests": self.digests, "order": self.order}

    def __len__(self) -> int:
        return len(self.ids)

    def row(self, external: str) -> Row:
        """Row of one id, or UNKNOWN."""
        return Row(int(self.rows((external,))[0]))

    def rows(self, externals: Sequence[str]) -> Rows:
        """int32 [len(externals)]: the row of each id, -1 where it is unknown."""
        parts = [self._rows(externals[start : start + _AT_ONCE]) for start in range(0, len(externals), _AT_ONCE)]
        return np.concatenate([np.empty(0, dtype=np.int32), *parts])

    def _rows(self, externals: Sequence[str]) -> Rows:
        wanted = digests_of(externals)
        found = np.full(len(externals), UNKNOWN, dtype=np.int32)
        starts = np.searchsorted(self.digests, wanted)
        doubtful = np.arange(len(externals))
        if len(externals) > _FEW and len(self):  # in one step for all, for which no other thread has to wait
            within = np.minimum(starts, len(self) - 1)
            hits = np.flatnonzero(self.digests[within] == wanted)
            rows = self.order[within[hits]]
            same = self.ids.equal(rows, StringColumn.build([externals[hit] for hit in hits.tolist()]))
            found[hits[same]], doubtful = rows[same], hits[~same]
        for position in doubtful.tolist():
            found[position] = self._confirm(externals[position], wanted[position], int(starts[position]))
        return found

    def _confirm(self, external: str, digest: np.uint64, start: int) -> Row:
        """Compare the text itself, since two ids may share a digest."""
        while start < len(self.digests) and self.digests[start] == digest:
            row = int(self.order[start])
            if self.ids[row] == external:
                return Row(row)
            start += 1
        return UNKNOWN


def digests_of(ids: Iterable[str]) -> NDArray[np.uint64]:
    """uint64 [n]: the first 64 bits of each id's BLAKE2b digest."""
    joined = b"".join(blake2b(external.encode(), digest_size=8).digest() for external in ids)
    return np.frombuffer(joined, dtype=np.uint64)


def _first_duplicate(ids: Sequence[str]) -> str:
    seen: set[str] = set()
    for external in ids:
        if external in seen:
            return external
        seen.add(external)
    raise AssertionError("called without a duplicate")
