"""What is done to the rows of every source: their times, the types of events, and ids for events that have none."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from hashlib import blake2b
from typing import Any, Final

from app.imports.event_types import LEFT_OUT, SHARES, EventTypes, unknown
from app.imports.kinds import Kind, Row
from app.imports.times import Times
from indexer.moments import moment
from indexer.readers import FileRow

_TIMES: Final = {Kind.ITEMS: ("published_at", "expires_at"), Kind.EVENTS: ("occurred_at",), Kind.USERS: ()}
_PERCENT: Final = 100.0


@dataclass(frozen=True, slots=True)
class Finishing:
    """The last step before a row is checked.

    Attributes:
        kind: what rows are about.
        times: how times are read.
        types: how types of events are.
        source: part of the ids of events that have none.
        timeless: whether the time is no part of them.
        attributes: of people, those that are taken; None for all.
        undeclared: how many rows had each of the others.
    """

    kind: Kind
    times: Times
    types: EventTypes
    source: str
    timeless: bool = False
    attributes: frozenset[str] | None = None
    undeclared: Counter[str] = field(default_factory=Counter)

    def __call__(self, number: int, value: Row, original: bytes | Mapping[str, Any]) -> FileRow:
        """The row, finished, or what is wrong with it.

        Raises:
            OutOfRangeError: a time cannot be meant.
        """
        for name in _TIMES[self.kind]:
            if name in value:
                value[name] = self.times(value[name])
        if self.attributes is not None and (given := value.get("attributes")):
            value["attributes"] = {name: each for name, each in given.items() if name in self.attributes}
            self.undeclared.update(name for name in given if name not in self.attributes)
        row = FileRow(number, value, None, original)
        return self._event(row, value) if self.kind is Kind.EVENTS else row

    def _event(self, row: FileRow, value: Row) -> FileRow:
        name = value.get("type")
        if isinstance(name, str):
            kind = self.types(name)
            if kind is None:
                return replace(row, problem=unknown(name))
            if kind == LEFT_OUT:
                return replace(row, aside=f"of the type {name}, which are left out")
            value["type"] = kind
            if name in SHARES:
                value["value"] = _share(value.get("value"))
        if value.get("event_id") is None:
            value["event_id"] = event_id(self.source, value, timeless=self.timeless)
        return row


def event_id(source: str, event: Row, *, timeless: bool = False) -> str:
    """An id that the same signal has whenever its file is read, however its time is written."""
    when = "" if timeless else _written(event.get("occurred_at"))
    told = (source, event.get("type"), event.get("user_id"), event.get("item_id"), when)
    content = "\x1f".join(map(str, told)).encode(errors="replace")
    return f"row-{blake2b(content, digest_size=16).hexdigest()}"


def _written(value: Any) -> str:
    if not isinstance(value, datetime):
        try:
            value = moment(value)
        except ValueError:
            return str(value)
    return str(value.timestamp()) if value.tzinfo else str(value)


def _share(value: Any) -> Any:
    """A share of what is told as one, or in percent."""
    return value / _PERCENT if isinstance(value, int | float) and 1 < value <= _PERCENT else value
