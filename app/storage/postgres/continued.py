"""Answers that any process on a PostgreSQL database can continue."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from app.storage.postgres.database import PostgresDatabase
from app.storage.postgres.statements import statements
from app.storage.rows import ContinuedAnswer

_STATEMENTS: Final = statements("continued")


class PostgresContinuedAnswers:
    """Kept beside the queue of writes, for which nobody waits; a crash of the server may lose them."""

    def __init__(self, database: PostgresDatabase) -> None:
        self._database = database

    def put(self, answers: Sequence[ContinuedAnswer]) -> None:
        """Keep these, unless more pages of them are known, or their person was changed since. Blocks."""
        given = {
            "users": [each.user_id for each in answers],
            "tokens": [each.token for each in answers],
            "pages": [each.pages for each in answers],
            "epochs": [each.epoch for each in answers],
            "answers": [each.document.decode() for each in answers],
        }
        self._database.read(lambda connection: connection.execute(_STATEMENTS["put"], given))

    def of(self, user_id: str, seconds: float) -> dict[str, bytes]:
        """A person's by token, those that were touched within some seconds, the oldest first. Blocks."""
        given = {"user": user_id, "seconds": seconds}
        rows = self._database.read(lambda connection: connection.execute(_STATEMENTS["of"], given).fetchall())
        return {token: document.encode() for token, document in rows}

    def delete_older(self, seconds: float) -> None:
        """Delete those that were not touched for some seconds. Blocks."""
        self._database.read(lambda connection: connection.execute(_STATEMENTS["delete_older"], {"seconds": seconds}))
