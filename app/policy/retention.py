"""Retention: events that are older than the charter keeps them are deleted, and nothing of them stays anywhere."""

from __future__ import annotations

import asyncio
import logging

from app.clock import Clock
from app.policy.charter.ingestion_gate import IngestionGate
from app.serving.snapshot_swap import SnapshotSwap
from app.storage.protocols import Stores
from app.storage.rows import Expired

log = logging.getLogger(__name__)


class Retention:
    """Deletes what is too old, and rebuilds the people whom it concerned from what is left."""

    def __init__(
        self, snapshot_swap: SnapshotSwap, stores: Stores, clock: Clock, gate: IngestionGate, waits: float
    ) -> None:
        """`waits`: seconds for which an event waits for an item that the catalogue does not have."""
        self._waits = waits
        self._snapshot_swap = snapshot_swap
        self._stores = stores
        self._clock = clock
        self._gate = gate

    async def enforce(self) -> Expired:
        """Delete now; effective in the next answer.

        That an item was seen is kept as long as the charter says or, where it says nothing, without an event no longer
        than the event type that is kept longest.
        """
        async with self._snapshot_swap.ingest_lock.alone():
            now = self._clock.now()
            expired = await self._stores.events.delete_older(self._gate.kept_since(now), self._gate.kept_seen(now))
            await self._stores.events.expire_awaiting(now - self._waits)
            unseen = await self._stores.forgettings.delete_older(self._gate.seen_since(now))
            await self._snapshot_swap.reload({*expired.users, *unseen})
            await self._snapshot_swap.withdraw()
        return expired

    async def forever(self, every_hours: float) -> None:
        """Delete again and again until cancelled; a failure is logged and the next time tried again."""
        while True:
            try:
                expired = await self.enforce()
                log.info("retention enforced", extra={"events": expired.events, "people": len(expired.users)})
            except Exception:
                log.exception("retention could not be enforced")
            await asyncio.sleep(3_600 * every_hours)
