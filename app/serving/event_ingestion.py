"""Where an event goes: checked, made durable, then learned from, all before it is acknowledged."""

from __future__ import annotations

import asyncio
from collections.abc import Collection, Sequence
from dataclasses import replace
from itertools import islice
from typing import Final

import numpy as np
import orjson

from app.clock import Clock
from app.disk import DiskProblemError
from app.policy.charter.ingestion_gate import IngestionGate
from app.replicas.freshness import Alone, Freshness
from app.serving.control_decisions import ControlDecisions
from app.serving.event_rules import EventResult, EventRules, Status, about
from app.serving.generation import Generation
from app.serving.joint_calls import JointCalls
from app.serving.snapshot_swap import SnapshotSwap
from app.settings import Settings
from app.storage.errors import PersonChangingError
from app.storage.protocols import ForgettingStore, Stores
from app.storage.rows import Appended, AwaitingLimits, Full, NewEvent, UserRow
from indexer.documents import EventDocument
from models.history import EventColumns
from models.ids import Rows

_MANY: Final = 8
"""People from which on it is quicker to read all."""
_TRIES: Final = 8
"""Of events whose person is changed elsewhere while they are checked."""
_NO_INDEX: Final = "there is no index yet"
_UNKNOWN: Final = "the catalogue has no item with this id"


class EventIngestion:
    """Takes events in. An acknowledged event is in the log, and in the next answer."""

    def __init__(
        self,
        snapshot_swap: SnapshotSwap,
        stores: Stores,
        clock: Clock,
        rules: tuple[IngestionGate, ControlDecisions],
        settings: Settings,
    ) -> None:
        gate, self._decisions = rules
        self.freshness: Freshness = Alone()
        self._snapshot_swap = snapshot_swap
        self._log = stores.events
        self._stores = stores
        self._unsure: set[str] = set()
        self._clock = clock
        self._awaiting, self._weights = settings.ingest.awaiting, settings.events
        self._rules = EventRules(gate, self._decisions, settings.ingest.future_tolerance_seconds, clock)
        self._limits = AwaitingLimits(self._awaiting.per_person, self._awaiting.events)
        self._calls = JointCalls(self._ingest_together, settings.storage.waiting_writes)

    @property
    def waiting(self) -> int:
        """Calls whose events are not on their way to the disk yet."""
        return self._calls.waiting

    async def ingest(self, events: Sequence[EventDocument]) -> Sequence[EventResult]:
        """One result for each event, in order; returns when the accepted ones are durable and have taken effect."""
        return await self._calls(events) if events else []

    async def _ingest_together(
        self, calls: Sequence[Sequence[EventDocument]]
    ) -> Sequence[Sequence[EventResult] | BaseException]:
        """The same for several callers at once; who cannot be served for another's sake is served alone."""
        try:
            results = iter(await self._ingest([event for events in calls for event in events]))
        except Exception as error:  # noqa: BLE001 - its callers have to know
            if len(calls) == 1:
                return [error]
            return [each for events in calls for each in await self._ingest_together([events])]
        return [list(islice(results, len(events))) for events in calls]

    async def _ingest(self, events: Sequence[EventDocument]) -> list[EventResult]:
        await self._make_sure()
        try:
            results, awaited = await self._as_things_stand(events)
        except DiskProblemError:
            self._unsure.update(self._decisions.owner(event.user_id) for event in events)
            raise
        if awaited and (self._snapshot_swap.current.catalogue.rows(awaited) >= 0).any():  # one came meanwhile
            async with self._snapshot_swap.ingest_lock.alone():
                await self._snapshot_swap.adopt(awaited)
        return results

    async def _as_things_stand(self, events: Sequence[EventDocument]) -> tuple[list[EventResult], list[str]]:
        """What became of each, and the items that are awaited; again where its person was changed elsewhere meanwhile.

        Raises:
            PersonChangingError: somebody changes them all the time.
        """
        results, awaited, places = dict[int, EventResult](), list[str](), list(range(len(events)))
        for _ in range(_TRIES):
            async with self._snapshot_swap.ingest_lock.together():
                taken, waiting = await self._take_in([events[place] for place in places])
            awaited += waiting
            results |= {place: each for place, each in zip(places, taken, strict=True) if each is not None}
            places = [place for place in places if place not in results]
            if not places:
                return [results[place] for place in range(len(events))], awaited
            await self.freshness.prove({events[place].user_id for place in places})
        raise PersonChangingError

    async def _make_sure(self) -> None:
        """Read the people again whose events the disk refused: they may have come to it all the same."""
        if self._unsure and self._stores.problem() is None:
            users, self._unsure = self._unsure, set()
            async with self._snapshot_swap.ingest_lock.alone():
                await self._snapshot_swap.reload(users)

    async def _keep(self, events: Sequence[EventDocument]) -> list[EventResult]:
        """Store events while there is no index: they count once there is one that has their items.

        There is no limit to them: which items are unknown, nobody can tell.
        """
        given = [self._new_event(event, awaiting=True) for event in events]
        people = await asyncio.to_thread(self._people, {row.user_id for row in given})
        results = [
            self._rules.refusal_without_index(event, row, people.get(row.user_id))
            for event, row in zip(events, given, strict=True)
        ]
        new = [row for row, refused in zip(given, results, strict=True) if refused is None]
        appended = iter(await self._log.append(new) if new else [])
        return [
            refused or self._result(event, row, next(appended), _NO_INDEX)
            for event, row, refused in zip(events, given, results, strict=True)
        ]

    def _people(self, user_ids: Collection[str]) -> dict[str, UserRow]:
        users = self._stores.users
        found = users.all() if len(user_ids) > _MANY else [row for each in user_ids if (row := users.get(each))]
        return {row.user_id: row for row in found}

    async def _take_in(self, events: Sequence[EventDocument]) -> tuple[list[EventResult | None], list[str]]:
        """What became of each, and the items that are awaited; None of who was changed elsewhere meanwhile."""
        if self._snapshot_swap.current_or_none is None and self._awaiting.enabled:
            return list[EventResult | None](await self._keep(events)), []
        generation = self._snapshot_swap.current
        version, rows = generation.version, generation.catalogue.rows([event.item_id for event in events])
        given = [self._new_event(event, awaiting=row < 0) for event, row in zip(events, rows.tolist(), strict=True)]
        results = [self._refusal(generation, *each) for each in zip(events, given, strict=True)]
        places = [place for place, refused in enumerate(results) if refused is None]
        new, rows = [given[place] for place in places], rows[places]
        epochs = self.freshness.epochs({row.user_id for row in new})
        appended = await self._log.append(new, self._limits, epochs) if new else []
        if generation is not self._snapshot_swap.current or version != generation.version:
            generation = self._snapshot_swap.current
            rows = generation.catalogue.rows([row.item_id for row in new])
        _learn(generation, new, appended, rows)
        self.freshness.took_in(new, appended)
        generation.people.miss(row.item_id for row in new if row.awaiting_item)
        await self._see([given[place] for place, result in enumerate(results) if result and result.seen])
        reasons = _unlearned(generation, new, rows)
        for place, row, each, reason in zip(places, new, appended, reasons, strict=True):
            if each.outdated:
                continue
            result = self._result(events[place], row, each)
            unlearned = reason is not None and result.status in {"accepted", "duplicate"}
            results[place] = replace(result, message=reason) if unlearned else result
        return results, [row.item_id for row in new if row.awaiting_item]

    def _refusal(self, generation: Generation, event: EventDocument, row: NewEvent) -> EventResult | None:
        if row.awaiting_item and not self._awaiting.enabled:
            return _unknown_item(event)
        return self._rules.refusal(generation, event, row)

    async def _see(self, events: Sequence[NewEvent]) -> None:
        """Remember that people have seen these items, of whose events nothing else is stored."""
        by_time: dict[tuple[str, float], list[str]] = {}
        for event in events:
            by_time.setdefault((event.user_id, event.occurred_at), []).append(event.item_id)
        await asyncio.gather(*(_see(self._stores.forgettings, *each, items) for each, items in by_time.items()))
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

    def _result(self, event: EventDocument, row: NewEvent, appended: Appended, missing: str = _UNKNOWN) -> EventResult:
        """What became of an event that was handed to the log; `missing` says why its item is not known."""
        if appended.conflict:
            others = " and ".join(appended.conflict)
            message = f"an event with this id and another {others} was stored before: give every event an id of its own"
            return EventResult(event.event_id, "conflict", "event_id", message)
        if appended.full:
            return _unknown_item(event, f", and {self._crowd(appended.full)} (ingest.awaiting.{appended.full})")
        if appended.duplicate or not row.awaiting_item:
            status: Status = "duplicate" if appended.duplicate else "accepted"
            return EventResult(event.event_id, status, message=self._remark(event))
        message = f"{missing}: the event is kept until it comes, for {self._awaiting.days:g} days"
        return EventResult(event.event_id, "awaiting_item", message=message)

    def _remark(self, event: EventDocument) -> str | None:
        """What of an event is kept and does nothing, if anything."""
        signal = self._weights.of(event.type) if event.value is not None else None
        return signal.value.remark(event.value) if signal and event.value is not None else None

    def _crowd(self, full: Full) -> str:
        """What waits already, where no more may."""
        of_person = full == "per_person"
        return f"{self._limits.per_person:,} events of this person wait" if of_person else "too many events wait"


def _learn(generation: Generation, rows: Sequence[NewEvent], appended: Sequence[Appended], items: Rows) -> None:
    """Take new events into a generation; one that was built from a log that has them holds them."""
    fresh = [
        place
        for place, (each, item) in enumerate(zip(appended, items.tolist(), strict=True))
        if each.stored and item >= 0 and not rows[place].awaiting_item
    ]
    if not fresh:
        return
    places: dict[str, int] = {}
    owners = np.array([places.setdefault(rows[place].user_id, len(places)) for place in fresh], dtype=np.int64)
    signals, code_of = generation.people.signals, generation.people.codes
    given = (rows[place].value for place in fresh)
    values = np.array([np.nan if value is None else value for value in given], dtype=np.float32)
    codes = signals.sided(np.array([code_of[rows[place].type] for place in fresh], dtype=np.int8), values)
    events = EventColumns(
        sequence=np.array([appended[place].sequence for place in fresh], dtype=np.int64),
        rows=items[fresh],
        codes=codes,
        weights=signals.told(codes, values),
        times=np.array([rows[place].occurred_at for place in fresh], dtype=np.float64),
    )
    generation.learn(list(places), owners, events)


def _unlearned(generation: Generation, events: Sequence[NewEvent], rows: Rows) -> list[str | None]:
    """Why nothing is learned of a person by an event, where that is so."""
    people, catalogue = generation.people, generation.catalogue
    guarded = catalogue.firewall.guarded(catalogue.sensitive[np.maximum(rows, 0)]) & (rows >= 0)
    reasons: list[str | None] = [None] * len(events)
    for place in np.flatnonzero(guarded).tolist():
        if topics := people.unlearned(events[place].user_id, events[place].item_id):
            reasons[place] = f"only that it was seen counts: the item is {about(topics, catalogue)}"
    return reasons


def _unknown_item(event: EventDocument, why: str = "") -> EventResult:
    return EventResult(event.event_id, "rejected", "item_id", f"{_UNKNOWN}{why}")


async def _see(forgettings: ForgettingStore, user_id: str, at: float, items: Sequence[str]) -> None:
    await forgettings.see(user_id, items, at)
