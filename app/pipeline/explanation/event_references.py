"""Event references: a person's events as answers name them, each looked up once a request."""

from __future__ import annotations

from datetime import UTC, datetime

from app.pipeline.context import Context
from app.pipeline.explanation.nameable import presentable
from app.pipeline.slate import Part
from models.history import EventColumns


class EventReferences:
    """Events that may be named, and their names.

    Attributes:
        shown: bool [k], whether each event's item may be named.
    """

    def __init__(self, context: Context, events: EventColumns) -> None:
        self.shown = presentable(context, events.rows)
        self._catalogue, self._types = context.catalogue, context.environment.signals.names
        self._events = events
        self._named: dict[int, tuple[str, str, str, str]] = {}

    def part(self, event: int, part: float) -> Part:
        """One event, and the part of a score that it carries, rounded as it is to be given."""
        named = self._named.get(event)
        if named is None:
            named = self._named[event] = self._name(event)
        return Part("event", part, *named)

    def _name(self, event: int) -> tuple[str, str, str, str]:
        row, time = int(self._events.rows[event]), float(self._events.times[event])
        kind = self._types[int(self._events.codes[event])]
        occurred_at = datetime.fromtimestamp(time, UTC).isoformat()
        return self._catalogue.item_id(row), self._catalogue.title(row), kind, occurred_at
