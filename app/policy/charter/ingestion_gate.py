"""The gate: refuses data that the charter does not declare, and says so by the charter's name."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from app.policy.charter.charter import ANY, Charter, Use
from app.storage.rows import KeepSeen
from indexer.documents import EventDocument, ItemDocument
from indexer.problems import FieldProblem, printable
from indexer.sensitive.taxonomy import load_taxonomy, unknown_topic
from models.events import EventWeights
from models.user_state import DAY_SECONDS

_NESTED = frozenset({"preferences", "muted"})


@dataclass(frozen=True, slots=True)
class IngestionGate:
    """What may come in.

    Attributes:
        charter: declares it.
        keep_as_seen: whether events that may not be learned from are stored all the same.
        topics: the sensitive topics that there are.
        weights: the event types that there are, and what their values are.
    """

    charter: Charter
    keep_as_seen: bool = True
    topics: Sequence[str] = field(default_factory=lambda: load_taxonomy().names)
    weights: EventWeights = field(default_factory=EventWeights)

    def event(self, event: EventDocument) -> FieldProblem | None:
        """What of an event is undeclared, if anything: its type, an entry of its context, or its value."""
        signal = self.weights.of(event.type)
        if signal is None:
            return FieldProblem("type", self._unknown_type(event.type))
        if self.charter.use_of(event.type) is None:
            return FieldProblem("type", f"{event.type} is not declared in the {self._name}")
        if problem := signal.value.problem(event.value):
            return FieldProblem("value", f"{problem} for a {event.type}")
        return self._first("context", event.context, self.charter.context) if event.context else None

    def item(self, item: ItemDocument) -> FieldProblem | None:
        """The attribute of an item that is undeclared or its sensitive topic that there is not, if any."""
        undeclared = self._first("attributes", item.attributes, self.charter.item_attributes)
        return undeclared or next(iter(self._unknown("sensitive_topics", item.sensitive_topics)), None)

    def profile(self, changes: Mapping[str, Any]) -> list[FieldProblem]:
        """What of a profile's changes is undeclared or names no sensitive topic; what only removes may always come."""
        declared = {*self.charter.profile}
        stated = [path for path in _paths(changes) if path not in declared]
        refused = [FieldProblem(path, f"is not declared in the {self._name}") for path in stated]
        attributes = {name: value for name, value in (changes.get("attributes") or {}).items() if value is not None}
        undeclared = self._undeclared("attributes", attributes, self.charter.attributes)
        permitted = "allowed_sensitive_topics"
        return [*refused, *undeclared, *self._unknown(permitted, changes.get(permitted))]

    def _unknown_type(self, name: str) -> str:
        known = ", ".join(self.weights.names())
        return f"{name} is no event type here: there are {known}; settings declare others ([events.types.{name}])"

    def kept_since(self, now: float) -> dict[str, float]:
        """Event type -> the moment, in seconds since 1970, before which events of the type are kept no longer.

        Types that the charter does not declare are not kept at all.
        """
        return {kind: self.kept_from(kind, now) for kind in self.weights.codes}

    def kept_from(self, kind: str, now: float) -> float:
        """The same of one type."""
        return now - self.keep_days(kind) * DAY_SECONDS

    def keep_days(self, kind: str) -> float:
        """Days for which events of a type are kept; 0 of one that the charter does not declare."""
        use = self.charter.use_of(kind)
        return use.keep_days if use else 0.0

    def _unknown(self, field: str, topics: Sequence[str] | None) -> list[FieldProblem]:
        given = enumerate(topics or ())
        return [
            FieldProblem(f"{field}.{n}", unknown_topic(self.topics)) for n, topic in given if topic not in self.topics
        ]

    def seen_since(self, now: float) -> float:
        """The moment, in seconds since 1970, before which it is not kept any longer that an item was seen."""
        seen = now - self.charter.seen.keep_days * DAY_SECONDS if self.charter.seen else now
        return min([seen, *self.kept_since(now).values()])

    def served_since(self, now: float) -> float:
        """The moment, in seconds since 1970, before which it is not kept any longer what was served."""
        return now - self.charter.served.keep_days * DAY_SECONDS if self.charter.served else now

    def kept_seen(self, now: float) -> KeepSeen | None:
        """What stays of events that are deleted; None where the charter keeps nothing of them."""
        return KeepSeen(self.weights.seen_types(), self.seen_since(now)) if self.charter.seen else None

    @property
    def _name(self) -> str:
        return f"charter of {self.charter.name!r} (GET /transparency)"

    def _first(self, field: str, given: Mapping[str, Any], declared: Mapping[str, Use]) -> FieldProblem | None:
        return next(iter(self._undeclared(field, given, declared)), None)

    def _undeclared(self, field: str, given: Mapping[str, Any], declared: Mapping[str, Use]) -> list[FieldProblem]:
        if ANY in declared:
            return []
        names = [name for name in given if name not in declared]
        return [FieldProblem(f"{field}.{printable(name)}", f"is not declared in the {self._name}") for name in names]


def _paths(changes: Mapping[str, Any]) -> Iterable[str]:
    """Fields that say something; attributes are looked at by name."""
    for name, value in changes.items():
        if value is None or name == "attributes":
            continue
        if name in _NESTED:
            yield from (f"{name}.{inner}" for inner, given in value.items() if given is not None)
        else:
            yield name
