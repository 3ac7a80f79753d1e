"""Leases in a PostgreSQL database: of several processes one does what is done once."""

from __future__ import annotations

from typing import Final

from app.storage.postgres.database import PostgresDatabase
from app.storage.postgres.statements import statements

_STATEMENTS: Final = statements("leases")


class PostgresLeases:
    """A row each."""

    def __init__(self, database: PostgresDatabase) -> None:
        self._database = database

    def take(self, name: str, holder: str, seconds: float) -> bool:
        """Hold a lease for some seconds from now on, unless somebody else does; whether it is held. Blocks."""
        given = {"name": name, "holder": holder, "seconds": seconds}
        return self._database.read(lambda connection: connection.execute(_STATEMENTS["take"], given).rowcount == 1)

    def give_back(self, name: str, holder: str) -> None:
        """Hold it no longer. Blocks."""
        given = {"name": name, "holder": holder}
        self._database.read(lambda connection: connection.execute(_STATEMENTS["give_back"], given))
