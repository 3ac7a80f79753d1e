"""Staleness: whether what is held may be answered from while the database is away, and how an answer says so."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable
from contextvars import ContextVar
from time import monotonic
from typing import Final, TypeVar

from app.storage.errors import DatabaseAwayError, DatabaseFailingError

STALE: Final[ContextVar[bool]] = ContextVar("the answer rests on what could not be proved", default=False)
"""Of one request."""

Answer = TypeVar("Answer")


class Staleness:
    """How long the database has been away.

    Args:
        most: seconds since everything was followed for the last time, for which may be answered from what is held.
        patience: seconds for which a request waits for the database, once.
    """

    def __init__(self, most: float, patience: float) -> None:
        self._most, self._patience = most, patience
        self.away: DatabaseFailingError | None = None
        self._followed = monotonic()

    def followed(self) -> None:
        """Everything that others wrote has been taken in just now."""
        self._followed = monotonic()

    async def tried(self, query: Awaitable[Answer]) -> Answer:
        """What a query answers; the first that fails, or is not answered in time, spares the next ones the wait.

        Raises:
            DatabaseFailingError: it failed.
        """
        try:
            answer = await asyncio.wait_for(query, self._patience)
        except TimeoutError:
            self.away = DatabaseAwayError("The database", f"no answer within {self._patience:g} seconds")
            raise self.away from None
        except DatabaseFailingError as error:
            self.away = error
            raise
        self.away = None
        return answer

    def allow(self, error: DatabaseFailingError, *, held: bool) -> None:
        """Let a request be answered from what is held, and say so in its answer.

        Args:
            error: why nothing can be proved.
            held: whether that is enough: who asks was proved before, with all that they decided.

        Raises:
            DatabaseFailingError: it may not.
        """
        if not held or monotonic() - self._followed > self._most:
            raise error
        STALE.set(True)
