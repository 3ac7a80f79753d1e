"""Events that were deleted one by one, known by their digests, so that they do not come back when sent again.

As with known events, a set in memory answers for nearly every id that nothing is the matter; the table stays the truth.
"""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np
from duckdb import DuckDBPyConnection
from numpy.typing import NDArray

from app.storage.database import Database

_ALL = "SELECT event_digest FROM ignored_events"
_AMONG = f"{_ALL} WHERE event_digest IN (SELECT unnest($digests::UBIGINT[]))"


class IgnoredEvents:
    """Digests of deleted events."""

    def __init__(self, database: Database) -> None:
        with database.reading() as connection:
            self._digests = {digest for (digest,) in connection.execute(_ALL).fetchall()}

    def add(self, digest: int) -> None:
        """Remember one that is being written to the table."""
        self._digests.add(digest)

    def add_all(self, digests: Iterable[int]) -> None:
        """Remember several."""
        self._digests.update(digests)

    def among(self, connection: DuckDBPyConnection, digests: NDArray[np.uint64]) -> list[int]:
        """Positions of the digests that are in the table."""
        possible = [int(digest) for digest in digests.tolist() if digest in self._digests] if self._digests else []
        if not possible:
            return []
        stored = {digest for (digest,) in connection.execute(_AMONG, {"digests": possible}).fetchall()}
        return [place for place, digest in enumerate(digests.tolist()) if digest in stored]
