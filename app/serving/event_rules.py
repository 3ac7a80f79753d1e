"""What of an event may be stored, and why not: by the charter, by what its person decided, and by its time."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial
from typing import Final, Literal

from app.clock import Clock
from app.policy.charter.ingestion_gate import IngestionGate
from app.serving.catalogue import Catalogue
from app.serving.control_decisions import ControlDecisions, refusal
from app.serving.generation import Generation
from app.storage.rows import NewEvent, UserRow
from indexer.documents import EventDocument
from indexer.sensitive.rules import Mode

_FORGOTTEN: Final = "the person decided later to forget such events: nothing was stored"
Reason = Literal["too_old", "forgotten", "personalization_off", "sensitive"]
Status = Literal["accepted", "awaiting_item", "duplicate", "conflict", "ignored", "rejected"]


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


class EventRules:
    """What of an event may be stored: what the charter declares, and what the person has not decided against.

    Args:
        gate: the charter.
        decisions: the people's.
        future_tolerance: seconds by which an event may be ahead of the clock.
        clock: the time.
    """

    def __init__(self, gate: IngestionGate, decisions: ControlDecisions, future_tolerance: float, clock: Clock) -> None:
        self._gate, self._decisions, self._clock = gate, decisions, clock
        self._future_tolerance = future_tolerance

    def refusal(self, generation: Generation, event: EventDocument, row: NewEvent) -> EventResult | None:
        """Why an event is not stored, if so; `row` is what would be."""
        return (
            self._unfit(event, row)
            or self._expired(generation, event, row)
            or self._unwanted(generation, event, row)
            or self._withheld(generation, row)
        )

    def refusal_without_index(self, event: EventDocument, row: NewEvent, person: UserRow | None) -> EventResult | None:
        """The same where nothing tells what items are about: that is asked when there is an index.

        Args:
            event: as it was sent.
            row: what would be stored.
            person: what is stored of its person.
        """
        if unfit := self._unfit(event, row):
            return unfit
        if row.occurred_at < self._gate.kept_from(row.type, self._clock.settled()):
            message = "is older than the charter keeps such events (keep_days): nothing was stored"
            return EventResult(event.event_id, "ignored", message=message, reason="too_old")
        if self._decisions.forgotten(event.user_id, row.occurred_at, lambda: None, self._clock.ordered):
            return EventResult(event.event_id, "ignored", message=_FORGOTTEN, reason="forgotten")
        if person is not None and not person.personalization:
            message = "the person switched personalization off: nothing was stored"
            return EventResult(event.event_id, "ignored", message=message, reason="personalization_off")
        return None

    def _unfit(self, event: EventDocument, row: NewEvent) -> EventResult | None:
        """Why an event cannot be stored whatever its person wishes: an erased person, its kind, its time."""
        if late := self._erased(event, row):
            return late
        undeclared = self._gate.event(event)
        if undeclared is not None:
            return EventResult(event.event_id, "rejected", undeclared.field, undeclared.message)
        if row.occurred_at > self._clock.latest() + self._future_tolerance:
            message = f"lies more than {self._future_tolerance:g} seconds ahead of the service's clock"
            return EventResult(event.event_id, "rejected", "occurred_at", message)
        return None

    def _erased(self, event: EventDocument, row: NewEvent) -> EventResult | None:
        """Why nothing of an erased person is taken in, if so."""
        erased = self._decisions.erased(event.user_id, self._clock.settled())
        if erased is None or not erased.refuses(self._clock.ordered(row.occurred_at, erased.returned_at or 0.0)):
            return None
        return EventResult(event.event_id, "rejected", "user_id", refusal(erased))

    def _expired(self, generation: Generation, event: EventDocument, row: NewEvent) -> EventResult | None:
        """Why an event comes too late to be stored, if so; it may still tell that the item was seen."""
        if row.occurred_at >= self._gate.kept_from(row.type, self._clock.settled()):
            return None
        days, seen = self._gate.keep_days(event.type), self._seen_long_ago(generation, event, row)
        stored = "only that the item was seen is stored" if seen else "nothing was stored"
        message = f"is older than the {days:g} days that the charter keeps a {event.type} (keep_days): {stored}"
        return EventResult(event.event_id, "ignored", message=message, seen=seen, reason="too_old")

    def _seen_long_ago(self, generation: Generation, event: EventDocument, row: NewEvent) -> bool:
        """Whether the charter and the person let it be kept that an item was seen, though the event is too old."""
        kept, occurred_at = self._gate.kept_seen(self._clock.settled()), row.occurred_at
        if kept is None or occurred_at < kept.since or event.type not in kept.types:
            return False
        topic = partial(generation.catalogue.slug_of, event.item_id)
        if self._decisions.forgotten(event.user_id, occurred_at, topic, self._clock.ordered):
            return False
        person = generation.people.row(row.user_id)
        wanted = person is None or person.personalization or person.off_keeps_seen
        return wanted and self._seeable(generation, row)

    def _unwanted(self, generation: Generation, event: EventDocument, row: NewEvent) -> EventResult | None:
        """Why the person does not want an event stored, if so."""
        topic = partial(generation.catalogue.slug_of, event.item_id)
        if self._decisions.forgotten(event.user_id, row.occurred_at, topic, self._clock.ordered):
            return EventResult(event.event_id, "ignored", message=_FORGOTTEN, reason="forgotten")
        person = generation.people.row(row.user_id)
        if person is None or person.personalization:
            return None
        seen = person.off_keeps_seen and bool(generation.people.signals.seen[generation.people.codes[row.type]])
        seen = seen and self._seeable(generation, row)
        stored = "only that the item was seen is stored" if seen else "nothing was stored"
        message = f"the person switched personalization off: {stored}"
        return EventResult(event.event_id, "ignored", message=message, seen=seen, reason="personalization_off")

    def _withheld(self, generation: Generation, row: NewEvent) -> EventResult | None:
        """Why nothing of an event that may not be learned from is stored, if so."""
        if self._storable(generation, row):
            return None
        topics = generation.people.unlearned(row.user_id, row.item_id)
        message = f"nothing was stored: the item is {about(topics, generation.catalogue)}"
        return EventResult(row.event_id, "ignored", message=message, reason="sensitive")

    def _storable(self, generation: Generation, row: NewEvent) -> bool:
        """Whether anything may be kept of an event, be it only that the item was seen.

        What an item is about that the catalogue does not have is asked when it comes.
        """
        if self._gate.keep_as_seen or generation.catalogue.row(row.item_id) < 0:
            return True
        return generation.people.may_learn(row.user_id, row.item_id)

    def _seeable(self, generation: Generation, row: NewEvent) -> bool:
        """Whether it may be kept, and nothing else, that an item was seen; not of one that the catalogue lacks."""
        return generation.catalogue.row(row.item_id) >= 0 and self._storable(generation, row)


def about(topics: Sequence[str], catalogue: Catalogue) -> str:
    """What an item is on, and why nothing is learned of that."""
    modes = {catalogue.sensitive_topics.rules.mode(topic) for topic in topics}
    why = (
        "the charter lets nothing be learned"
        if Mode.RECOMMEND_ONLY in modes
        else "the person permits nothing to be learned"
    )
    return f"on {', '.join(topics)}, of which {why}"
