"""Upkeep: what every change to what is held of a person needs besides the change itself."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any

import orjson

from app.clock import Clock
from app.decisions import Decisions
from app.embedder import Embedder
from app.errors import MergedAwayError
from app.rollover import Rollover
from app.storage.protocols import Stores
from app.storage.rows import ControlAction
from indexer.documents import UserDocument


@dataclass(frozen=True, slots=True)
class Upkeep:
    """The stores, and the memory that is to be kept in step with them.

    Attributes:
        rollover: the generation in service.
        stores: the truth.
        embedder: for what people state.
        clock: the time.
        decisions: what is forgotten, and who is whom.
    """

    rollover: Rollover
    stores: Stores
    embedder: Embedder
    clock: Clock
    decisions: Decisions

    @asynccontextmanager
    async def changing(self, user_id: str) -> AsyncIterator[None]:
        """Alone with the stores; afterwards the person is as the stores say, also if the change failed.

        Raises:
            MergedAwayError: the id was merged into another person.
        """
        async with self.rollover.turns.alone():
            if self.decisions.is_alias(user_id):
                raise MergedAwayError
            try:
                yield
            finally:
                self.reload((user_id,))

    def reload(self, user_ids: Iterable[str]) -> None:
        """Rebuild people in memory from the stores."""
        users = tuple(user_ids)
        self.decisions.reload()
        for user_id in users:
            self.rollover.touched(user_id)
        generation = self.rollover.current_or_none
        if generation is not None:
            generation.refresh(users, self.stores, self.embedder)

    async def record(self, user_id: str, action: str, key_id: str | None, **detail: Any) -> None:
        """Write what was done into the history that the person can read."""
        entry = ControlAction(user_id, action, orjson.dumps(detail), self.clock.now(), key_id)
        await self.stores.identities.record(entry)


def cached_texts(*documents: UserDocument | None) -> set[str]:
    """What a person stated whose vectors stand in the embedding cache."""
    present = [document for document in documents if document]
    return {text for each in present for text in (*each.goals, *each.preferences.tags)}
