"""Where an event goes: checked, made durable, then learned from, all before it is acknowledged."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import partial
from typing import Final, Literal

import numpy as np
import orjson
from numpy.typing import NDArray

from app.clock import Clock
from app.policy.charter.ingestion_gate import IngestionGate
from app.serving.catalogue import Catalogue
from app.serving.control_decisions import ControlDecisions, refusal
from app.serving.generation import Generation
from app.serving.snapshot_swap import SnapshotSwap
from app.settings import IngestSettings
from app.storage.protocols import ForgettingStore, Stores
from app.storage.rows import Appended, AwaitingLimits, Full, NewEvent
from indexer.documents import EventDocument
from indexer.sensitive.rules import Mode
from models.events import CODE_OF, VALUED, EventType
from models.history import EventColumns

Reason = Literal["too_old", "forgotten", "personalization_off", "sensitive"]
Status = Literal["accepted", "awaiting_item", "duplicate", "conflict", "ignored", "rejected"]
_UNKNOWN: Final = "the catalogue has no item with this id"


@dataclass(frozen=True, slots=True)
class EventResult:
    """What became of one event.

    Attributes:
        event_id: as it was sent.
        status: `accepted`; `awaiting_item`, stored until the catalogue has its item; `duplicate` of one that was stored
            before; `conflict`, not stored because another event was stored under its id; `ignored`, not stored because
            the person decided so, such as by a reset after it happened; or `rejected`.
        field: what is wrong, if rejected or in conflict.
        message: why, if ignored, rejected or in conflict, or if nothing is learned from it.
        seen: whether nothing is stored but that the person has seen the item.
        reason: the kind of reason, if ignored.
    """

    event_id: str
    status: Status
    field: str | None = None
    message: str | None = None
    seen: bool = False
    reason: Reason | None = None


class EventIngestion:
    """Takes events in. An acknowledged event is in the log, and in the next answer."""

    def __init__(
        self,
        snapshot_swap: SnapshotSwap,
        stores: Stores,
        clock: Clock,
        rules: tuple[IngestionGate, ControlDecisions],
        settings: IngestSettings,
    ) -> None:
        self._gate, self._decisions = rules
        self._snapshot_swap = snapshot_swap
        self._log = stores.events
        self._forgettings = stores.forgettings
        self._clock = clock
        self._future_tolerance, self._awaiting = settings.future_tolerance_seconds, settings.awaiting
        self._durable: list[tuple[NewEvent, Appended]] = []
        self._learning: asyncio.Task[None] | None = None
        self._limits = AwaitingLimits(settings.awaiting.per_person, settings.awaiting.events)

    async def ingest(self, events: Sequence[EventDocument]) -> list[EventResult]:
        """One result for each event, in order; returns when the accepted ones are durable and have taken effect."""
        async with self._snapshot_swap.ingest_lock.together():
            results, awaited = await self._ingest(events)
        if (self._snapshot_swap.current.catalogue.rows(awaited) >= 0).any():  # one came while its event was written
            async with self._snapshot_swap.ingest_lock.alone():
                await self._snapshot_swap.adopt(awaited)
        return results

    async def _ingest(self, events: Sequence[EventDocument]) -> tuple[list[EventResult], list[str]]:
        """What became of each, and the items that are awaited."""
        generation = self._snapshot_swap.current
        known = generation.catalogue.rows([event.item_id for event in events]) >= 0
        results: list[EventResult | None] = self._refusals(generation, events, known)
        places = [place for place, refused in enumerate(results) if refused is None]
        rows = [self._new_event(events[place], awaiting=not known[place]) for place in places]
        appended = await self._log.append(rows, self._limits) if rows else []
        if rows:
            await self._learn(rows, appended)
        await self._see([event for event, result in zip(events, results, strict=True) if result and result.seen])
        reasons = self._unlearned([(row.user_id, row.item_id) for row in rows])
        for place, row, each, reason in zip(places, rows, appended, reasons, strict=True):
            result = self._result(events[place], row, each)
            unlearned = reason is not None and result.status in {"accepted", "duplicate"}
            results[place] = replace(result, message=reason) if unlearned else result
        return [result for result in results if result is not None], [row.item_id for row in rows if row.awaiting_item]

    def _unlearned(self, pairs: Sequence[tuple[str, str]]) -> list[str | None]:
        """Why nothing is learned of a person by an event on an item, where that is so."""
        people, catalogue = self._snapshot_swap.current.people, self._snapshot_swap.current.catalogue
        rows = catalogue.rows([item_id for _, item_id in pairs])
        guarded = catalogue.firewall.guarded(catalogue.sensitive[np.maximum(rows, 0)]) & (rows >= 0)
        reasons: list[str | None] = [None] * len(pairs)
        for place in np.flatnonzero(guarded).tolist():
            if topics := people.unlearned(*pairs[place]):
                reasons[place] = f"only that it was seen counts: the item is {_on(topics, catalogue)}"
        return reasons

    def _refusals(
        self, generation: Generation, events: Sequence[EventDocument], known: NDArray[np.bool_]
    ) -> list[EventResult | None]:
        latest = self._clock.now() + self._future_tolerance
        return [
            self._refusal(generation, event, latest) if is_known or self._awaiting.enabled else _unknown_item(event)
            for event, is_known in zip(events, known.tolist(), strict=True)
        ]

    def _refusal(self, generation: Generation, event: EventDocument, latest: float) -> EventResult | None:
        if late := self._erased(event):
            return late
        undeclared = self._gate.event(event)
        if undeclared is not None:
            return EventResult(event.event_id, "rejected", undeclared.field, undeclared.message)
        occurred_at = self._occurred_at(event)
        if occurred_at > latest:
            message = f"lies more than {self._future_tolerance:g} seconds ahead of the service's clock"
            return EventResult(event.event_id, "rejected", "occurred_at", message)
        return (
            self._expired(generation, event) or self._unwanted(generation, event) or self._withheld(generation, event)
        )

    def _erased(self, event: EventDocument) -> EventResult | None:
        """Why nothing of an erased person is taken in, if so."""
        erased = self._decisions.erased(event.user_id, self._clock.now())
        if erased is None or not erased.refuses(self._occurred_at(event)):
            return None
        return EventResult(event.event_id, "rejected", "user_id", refusal(erased))

    def _expired(self, generation: Generation, event: EventDocument) -> EventResult | None:
        """Why an event comes too late to be stored, if so; it may still tell that the item was seen."""
        if self._occurred_at(event) >= self._gate.kept_from(event.type, self._clock.now()):
            return None
        days, seen = self._gate.charter.events[event.type].keep_days, self._seen_long_ago(generation, event)
        stored = "only that the item was seen is stored" if seen else "nothing was stored"
        message = f"is older than the {days:g} days that the charter keeps a {event.type.value} (keep_days): {stored}"
        return EventResult(event.event_id, "ignored", message=message, seen=seen, reason="too_old")

    def _seen_long_ago(self, generation: Generation, event: EventDocument) -> bool:
        """Whether the charter and the person let it be kept that an item was seen, though the event is too old."""
        kept, occurred_at = self._gate.kept_seen(self._clock.now()), self._occurred_at(event)
        if kept is None or occurred_at < kept.since or event.type not in kept.types:
            return False
        topic = partial(generation.catalogue.slug_of, event.item_id)
        if self._decisions.forgotten(event.user_id, occurred_at, topic):
            return False
        person = generation.people.get(self._decisions.owner(event.user_id))
        wanted = person is None or person.row.personalization or person.row.off_keeps_seen
        return wanted and self._seeable(generation, event)

    def _unwanted(self, generation: Generation, event: EventDocument) -> EventResult | None:
        """Why the person does not want an event stored, if so."""
        occurred_at, topic = self._occurred_at(event), partial(generation.catalogue.slug_of, event.item_id)
        if self._decisions.forgotten(event.user_id, occurred_at, topic):
            message = "the person decided later to forget such events: nothing was stored"
            return EventResult(event.event_id, "ignored", message=message, reason="forgotten")
        person = generation.people.get(self._decisions.owner(event.user_id))
        if person is None or person.row.personalization:
            return None
        seen = person.row.off_keeps_seen and bool(generation.people.signals.seen[CODE_OF[event.type]])
        seen = seen and self._seeable(generation, event)
        stored = "only that the item was seen is stored" if seen else "nothing was stored"
        message = f"the person switched personalization off: {stored}"
        return EventResult(event.event_id, "ignored", message=message, seen=seen, reason="personalization_off")

    def _withheld(self, generation: Generation, event: EventDocument) -> EventResult | None:
        """Why nothing of an event that may not be learned from is stored, if so."""
        if self._storable(generation, event):
            return None
        topics = generation.people.unlearned(self._decisions.owner(event.user_id), event.item_id)
        message = f"nothing was stored: the item is {_on(topics, generation.catalogue)}"
        return EventResult(event.event_id, "ignored", message=message, reason="sensitive")

    def _storable(self, generation: Generation, event: EventDocument) -> bool:
        """Whether anything may be kept of an event, be it only that the item was seen.

        What an item is about that the catalogue does not have is asked when it comes.
        """
        if self._gate.keep_as_seen or generation.catalogue.row(event.item_id) < 0:
            return True
        return generation.people.may_learn(self._decisions.owner(event.user_id), event.item_id)

    def _seeable(self, generation: Generation, event: EventDocument) -> bool:
        """Whether it may be kept, and nothing else, that an item was seen; not of one that the catalogue lacks."""
        return generation.catalogue.row(event.item_id) >= 0 and self._storable(generation, event)

    async def _see(self, events: Sequence[EventDocument]) -> None:
        """Remember that people have seen these items, of whose events nothing else is stored."""
        by_time: dict[tuple[str, float], list[str]] = {}
        for event in events:
            by_time.setdefault((self._decisions.owner(event.user_id), self._occurred_at(event)), []).append(
                event.item_id
            )
        await asyncio.gather(*(_see(self._forgettings, *each, items) for each, items in by_time.items()))
        for (user_id, _), items in by_time.items():
            self._snapshot_swap.touched(user_id)
            self._snapshot_swap.current.people.see(user_id, items)

    def _new_event(self, event: EventDocument, *, awaiting: bool) -> NewEvent:
        now = self._clock.now()
        return NewEvent(
            event_id=event.event_id,
            user_id=self._decisions.owner(event.user_id),
            item_id=event.item_id,
            type=event.type,
            occurred_at=event.occurred_at.timestamp() if event.occurred_at else now,
            received_at=now,
            value=event.value,
            recommendation_id=event.recommendation_id,
            position=event.position,
            context=orjson.dumps(event.context) if event.context else None,
            awaiting_item=awaiting,
        )

    def _occurred_at(self, event: EventDocument) -> float:
        return event.occurred_at.timestamp() if event.occurred_at else self._clock.now()

    async def _learn(self, rows: Sequence[NewEvent], appended: Sequence[Appended]) -> None:
        """Take new events in; returns when they are, together with those of others that became durable meanwhile."""
        self._durable += zip(rows, appended, strict=True)
        if self._learning is None or self._learning.done():
            self._learning = asyncio.create_task(self._learn_together())
        await asyncio.shield(self._learning)

    async def _learn_together(self) -> None:
        """Take new events into the generation that serves now, unless it was built from a log that has them."""
        await asyncio.sleep(0)  # those that were written in the same commit come in this turn
        durable, self._durable, self._learning = self._durable, [], None
        generation = self._snapshot_swap.current
        fresh = [
            (row, each.sequence)
            for row, each in durable
            if each.stored and not row.awaiting_item and each.sequence > generation.sequence
        ]
        if fresh:
            places: dict[str, int] = {}
            owners = np.array([places.setdefault(row.user_id, len(places)) for row, _ in fresh], dtype=np.int64)
            events = self._columns(generation, fresh)
            known = events.rows >= 0
            generation.learn(list(places), owners[known], events.where(known))

    def _result(self, event: EventDocument, row: NewEvent, appended: Appended) -> EventResult:
        if appended.conflict:
            others = " and ".join(appended.conflict)
            message = f"an event with this id and another {others} was stored before: give every event an id of its own"
            return EventResult(event.event_id, "conflict", "event_id", message)
        if appended.full:
            return _unknown_item(event, f", and {self._crowd(appended.full)} (ingest.awaiting.{appended.full})")
        if appended.duplicate or not row.awaiting_item:
            status: Status = "duplicate" if appended.duplicate else "accepted"
            return EventResult(event.event_id, status, message=_without_effect(event))
        message = f"{_UNKNOWN}: the event is kept until it comes, for {self._awaiting.days:g} days"
        return EventResult(event.event_id, "awaiting_item", message=message)

    def _crowd(self, full: Full) -> str:
        """What waits already, where no more may."""
        of_person = full == "per_person"
        return f"{self._limits.per_person:,} events of this person wait" if of_person else "too many events wait"

    @staticmethod
    def _columns(generation: Generation, events: Sequence[tuple[NewEvent, int]]) -> EventColumns:
        rows = generation.catalogue.rows([event.item_id for event, _ in events])
        codes = np.array([CODE_OF[event.type] for event, _ in events], dtype=np.int8)
        values = np.array([np.nan if event.value is None else event.value for event, _ in events], dtype=np.float32)
        return EventColumns(
            sequence=np.array([sequence for _, sequence in events], dtype=np.int64),
            rows=rows,
            codes=codes,
            weights=generation.people.signals.weights(codes, values),
            times=np.array([event.occurred_at for event, _ in events], dtype=np.float64),
        )


def _without_effect(event: EventDocument) -> str | None:
    """What of an event is kept and does nothing, if anything."""
    if event.value is None:
        return None
    if event.type is EventType.COMPLETE and not 0 <= event.value <= 1:
        return f"value is the share that was finished, from 0 to 1: {event.value:g} counts as {event.value > 0:d}"
    if event.type in VALUED:
        return None
    return f"value is kept, and has no effect: a {event.type.value} weighs the same whatever its value"


def _on(topics: Sequence[str], catalogue: Catalogue) -> str:
    """What an item is on, and why nothing is learned of that."""
    modes = {catalogue.sensitive_topics.rules.mode(topic) for topic in topics}
    why = (
        "the charter lets nothing be learned"
        if Mode.RECOMMEND_ONLY in modes
        else "the person permits nothing to be learned"
    )
    return f"on {', '.join(topics)}, of which {why}"


def _unknown_item(event: EventDocument, why: str = "") -> EventResult:
    return EventResult(event.event_id, "rejected", "item_id", f"{_UNKNOWN}{why}")


async def _see(forgettings: ForgettingStore, user_id: str, at: float, items: Sequence[str]) -> None:
    await forgettings.see(user_id, items, at)
