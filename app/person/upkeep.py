"""Upkeep: what every change to what is held of a person needs besides the change itself."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Iterable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any
from weakref import WeakValueDictionary

import orjson

from app.backup.ledger import Entry, Kind, Ledger
from app.clock import Clock
from app.errors import ErasedError, MergedAwayError
from app.insights.served_log import ServedLog
from app.person.explicit import document_of
from app.serving.control_decisions import ControlDecisions, refusal
from app.serving.embedder import Embedder
from app.serving.explicit_vectors import stated_texts
from app.serving.snapshot_swap import SnapshotSwap
from app.storage.protocols import Stores
from app.storage.rows import ControlAction, UserRow
from indexer.documents import UserDocument


@dataclass(frozen=True, slots=True)
class Upkeep:
    """The stores, and the memory that is to be kept in step with them.

    Attributes:
        snapshot_swap: the generation in service.
        stores: the truth.
        embedder: for what people state.
        clock: the time.
        decisions: what is forgotten, and who is whom.
        served: what people were recommended.
        ledger: of decisions that a restore has to apply again.
        edits: whose profile is being edited.
    """

    snapshot_swap: SnapshotSwap
    stores: Stores
    embedder: Embedder
    clock: Clock
    decisions: ControlDecisions
    served: ServedLog
    ledger: Ledger
    edits: WeakValueDictionary[str, asyncio.Lock] = field(default_factory=WeakValueDictionary)

    @asynccontextmanager
    async def changing(self, user_id: str) -> AsyncIterator[None]:
        """Alone with the stores; afterwards the person is as the stores say, also if the change failed.

        Raises:
            MergedAwayError: the id was merged into another person.
            ErasedError: the person was erased.
        """
        await self.read_ahead(user_id, document_of(user_id, await self.row(user_id)))
        async with self.snapshot_swap.ingest_lock.alone():
            self.check(user_id)
            try:
                yield
            finally:
                await self.reload((user_id,))

    @asynccontextmanager
    async def editing(self, user_id: str) -> AsyncIterator[None]:
        """Alone with what a person states, beside events and other people's edits.

        Raises:
            MergedAwayError: the id was merged into another person.
            ErasedError: the person was erased.
        """
        lock = self.edits.setdefault(user_id, asyncio.Lock())
        async with self.snapshot_swap.ingest_lock.together(), lock:
            self.check(user_id)
            yield

    async def read_ahead(self, user_id: str, stated: UserDocument | None) -> None:
        """Have the texts read that somebody states, or is about to, before anybody waits for them."""
        generation = self.snapshot_swap.current_or_none
        if generation is not None and (texts := stated_texts(generation.catalogue, stated)):
            await self.embedder.embed(texts, user_id)

    def check(self, user_id: str) -> None:
        """Whether anything may be kept under an id.

        Raises:
            MergedAwayError: it was merged into another person.
            ErasedError: its person was erased.
        """
        if self.decisions.is_alias(user_id):
            raise MergedAwayError
        erased = self.decisions.erased(user_id, self.clock.settled())
        if erased is not None and erased.returned_at is None:
            raise ErasedError(f"This person {refusal(erased)}.")

    async def reload(self, user_ids: Iterable[str]) -> None:
        """Rebuild people in memory from the stores; to be called in a turn alone."""
        await self.decisions.reload(user_ids := tuple(user_ids))
        await self.snapshot_swap.reload(user_ids)

    async def row(self, user_id: str) -> UserRow | None:
        """What the users table holds of a person; of one who came before there was a snapshot it has to be read."""
        generation = self.snapshot_swap.current_or_none
        if generation is not None:
            return generation.people.row(user_id)
        return await asyncio.to_thread(self.stores.users.get, user_id)

    async def record(self, user_id: str, action: str, key_id: str | None, **detail: Any) -> None:
        """Write what was done into the history that the person can read."""
        await self.stores.identities.record(self.action(user_id, action, key_id, **detail))

    async def enter(self, kind: Kind, digest: str, until: float | None = None) -> None:
        """Write a decision into the ledger, before it is carried out."""
        entry = Entry(at=self.clock.machine(), kind=kind, subject=digest, until=until)
        await asyncio.to_thread(self.ledger.add, entry)

    def action(self, user_id: str, action: str, key_id: str | None, **detail: Any) -> ControlAction:
        """A line of that history."""
        return ControlAction(user_id, action, orjson.dumps(detail), self.clock.now(), key_id)


def cached_texts(*documents: UserDocument | None) -> set[str]:
    """What a person stated whose vectors stand in the embedding cache."""
    present = [document for document in documents if document]
    return {text for each in present for text in (*each.goals, *each.preferences.tags)}
