"""Retention: events that are older than the charter keeps them are deleted, and nothing of them stays anywhere."""

from __future__ import annotations

import asyncio
import logging
from dataclasses import asdict, dataclass
from typing import Any, Final

from app.clock import Clock
from app.person.export import moment
from app.policy.charter.ingestion_gate import IngestionGate
from app.serving.snapshot_swap import SnapshotSwap
from app.storage.protocols import Stores
from app.storage.rows import Expired
from models.user_state import DAY_SECONDS

LEAP_SHARE: Final = 0.2
"""Share of all events that may be deleted after a leap of the clock without an operator's word."""

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class RetentionRun:
    """What became of one deletion, when, in seconds since 1970, and of how many events of how many people."""

    at: float
    ok: bool
    events: int = 0
    people: int = 0


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
        self.problem: str | None = None
        self.last: RetentionRun | None = None

    async def enforce(self) -> Expired:
        """Delete now; effective in the next answer.

        That an item was seen is kept as long as the charter says or, where it says nothing, without an event no longer
        than the event type that is kept longest.
        """
        async with self._snapshot_swap.ingest_lock.alone():
            await self._judge_leap()
            now = self._clock.settled()
            expired = await self._stores.events.delete_older(self._gate.kept_since(now), self._gate.kept_seen(now))
            await self._stores.events.expire_awaiting(now - self._waits)
            unseen = await self._stores.forgettings.delete_older(self._gate.seen_since(now))
            await self._snapshot_swap.reload({*expired.users, *unseen})
            await self._snapshot_swap.withdraw()
        return expired

    async def _judge_leap(self) -> None:
        """Follow a clock that leapt ahead once that has lasted, unless it would delete too much."""
        witness, self.problem = self._clock.witness, None
        if witness is None or not (seen := witness.look()).leap:
            return
        if seen.ripe:
            older, every = await asyncio.to_thread(self._stores.events.older, self._gate.kept_since(self._clock.now()))
            if older <= LEAP_SHARE * every:
                witness.follow()
                return
            self.problem = f"{older:,} of {every:,} events would be deleted for their age by it"
        days = f"the clock is {seen.leap / DAY_SECONDS:,.1f} days ahead of what this data folder has seen"
        held = self.problem or "until it has gone on for some time nothing is deleted for its age by it"
        self.problem = f"{days}: {held}. If it is right, say so: penchant enforce-retention --the-clock-is-right"
        log.error("retention is held back: %s", self.problem)

    def payload(self) -> dict[str, Any]:
        """What is known of the last deletion by the service itself, as JSON."""
        last = asdict(self.last) | {"at": moment(self.last.at)} if self.last else None
        return {"last": last, "problem": self.problem}

    async def forever(self, every_hours: float) -> None:
        """Delete again and again until cancelled; a failure is logged and the next time tried again."""
        while True:
            try:
                expired = await self.enforce()
                done = {"events": expired.events, "people": len(expired.users)}
                self.last = RetentionRun(Clock.machine(), ok=True, **done)
                log.info("retention enforced", extra={"fields": done})
            except Exception:
                self.last = RetentionRun(Clock.machine(), ok=False)
                log.exception("retention could not be enforced")
            await asyncio.sleep(3_600 * every_hours)
