"""Events that were deleted one by one, known by digests of id and person, so that they do not come back when sent.

As with known events, a set in memory answers for nearly every id that nothing is the matter; the table stays the truth.
"""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np
from duckdb import DuckDBPyConnection
from numpy.typing import NDArray

from app.storage.database import Database
from app.storage.event_identity import OWN_DIGEST

_ALL = f"SELECT {OWN_DIGEST} FROM ignored_events"  # noqa: S608 - no value goes into this text
_AMONG = f"{_ALL} WHERE {OWN_DIGEST} IN (SELECT unnest($digests::UBIGINT[]))"
_OF_USER = f"{_ALL} WHERE user_id = $user"


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

    def add_of(self, connection: DuckDBPyConnection, user_id: str) -> None:
        """Remember those of a person who was given another's."""
        self.add_all(digest for (digest,) in connection.execute(_OF_USER, {"user": user_id}).fetchall())

    def among(self, connection: DuckDBPyConnection, digests: NDArray[np.uint64]) -> list[int]:
        """Positions of the digests that are in the table."""
        possible = [int(digest) for digest in digests.tolist() if digest in self._digests] if self._digests else []
        if not possible:
            return []
        stored = {digest for (digest,) in connection.execute(_AMONG, {"digests": possible}).fetchall()}
        return [place for place, digest in enumerate(digests.tolist()) if digest in stored]
