"""Answers that any process on one database can continue, whichever made them."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from time import monotonic
from typing import Final

from app.replicas.freshness import Freshness
from app.serving.continuation import restored, written
from app.serving.paging import SlateStore
from app.storage.errors import DatabaseFailingError
from app.storage.protocols import ContinuedStore
from app.storage.rows import ContinuedAnswer

_PAUSES: Final = (0.01, 0.05, 0.2, 0.5, 1.0)
"""Seconds after which is looked again for what another process has given, and may not have written yet."""
_SWEEP_SECONDS: Final = 60.0


class ContinuedAnswers:
    """Writes answers beside requests, which do not wait for it, and reads those of others.

    Args:
        store: where they are kept.
        slates: those of this process.
        freshness: on which epoch of their person answers rest.
        ruling: counts what administrators switched.
    """

    def __init__(
        self, store: ContinuedStore, slates: SlateStore, freshness: Freshness, ruling: Callable[[], int]
    ) -> None:
        self._store, self._slates, self._freshness, self._ruling = store, slates, freshness, ruling
        self._changed: dict[str, None] = {}
        slates.changed = self._changed
        self._writing: frozenset[str] = frozenset()
        self._task: asyncio.Task[None] | None = None
        self._sweep_at = monotonic() + _SWEEP_SECONDS

    def begin(self) -> None:
        """Write what was given, beside whatever comes next."""
        if self._changed and (self._task is None or self._task.done()):
            self._task = asyncio.create_task(self.write())

    async def write(self) -> None:
        """Write what was given; where the database is away, it can be continued here only."""
        while self._changed:
            rows = [self._row(token) for token in self._changed if token in self._slates]
            self._writing = frozenset(self._changed)
            self._changed.clear()
            try:
                await asyncio.to_thread(self._put, rows)
            except DatabaseFailingError:
                return
            finally:
                self._writing = frozenset()

    async def fetch(self, user_id: str, cursor: str) -> None:
        """Have the answer that a cursor continues at hand as it is by now, whichever process gave its last page."""
        token = self._slates.token(cursor)
        if not token or token in self._changed or token in self._writing or self._freshness.away is not None:
            return
        found = await self.fetch_all(user_id)
        for pause in _PAUSES:
            if self._slates.has(cursor):
                break
            await asyncio.sleep(pause)
            found = await self.fetch_all(user_id)
        if token not in found:
            self._slates.drop(token)

    async def fetch_all(self, user_id: str) -> set[str]:
        """Have all answers to a person at hand; the tokens of those that the database has."""
        found = await asyncio.to_thread(self._store.of, user_id, self._slates.lifetime_seconds)
        kept = set[str]()
        for token, document in found.items():
            slate = restored(document, self._ruling())
            if slate is not None:
                kept.add(token)
                self._slates.restore(token, slate)
        return kept

    def _row(self, token: str) -> ContinuedAnswer:
        slate = self._slates.get(token)
        user_id = slate.asked.user_id
        epoch = (self._freshness.epochs((user_id,)) or {}).get(user_id, 0)
        return ContinuedAnswer(user_id, token, len(slate.pages), epoch, written(slate, self._ruling()))

    def _put(self, rows: list[ContinuedAnswer]) -> None:
        self._store.put(rows)
        if monotonic() >= self._sweep_at:
            self._sweep_at = monotonic() + _SWEEP_SECONDS
            self._store.delete_older(self._slates.lifetime_seconds)
