"""Export: everything held of a person, piece by piece, so that no answer has to fit into memory.

    profile.json           what is stated and what was inferred, as GET /users/{id}/profile answers
    users.ndjson           what is stated, as a users file
    events.ndjson          the events that count, as an events file
    awaiting.ndjson        events on items that the catalogue does not have yet, as an events file
    forgotten.ndjson       events that were forgotten and will be deleted
    seen.ndjson            items known as seen without an event
    controls.ndjson        what was decided about the person's data, and when
    forgettings.ndjson     what was forgotten, and until when that can be undone
    aliases.ndjson         further ids of the person
    slates.ndjson          answers that can still be continued
    served.ndjson          what was recommended, answer by answer
    audit.ndjson           what operators and services did with the person's data, and when

`penchant replay --users users.ndjson --events events.ndjson` takes users and events into another service.
"""

from __future__ import annotations

import zipfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from io import RawIOBase
from typing import Any, Final

import orjson

from app.access.audit import AuditLog
from app.insights.served_log import ServedLog
from app.serving.control_decisions import ControlDecisions
from app.storage.protocols import Stores
from app.storage.rows import Forgetting, HeldEvent

Rows = Iterator[dict[str, Any]]
README: Final = "README.md"
_PAGE: Final = 1_000


@dataclass(frozen=True, slots=True)
class Export:
    """What is held of one person.

    Attributes:
        user_id: who.
        stores: the truth.
        decisions: what is forgotten, and who is whom.
        profile: as GET /users/{id}/profile answers.
        slates: answers that can still be continued.
        served: what was recommended.
        audit: what operators did.
    """

    user_id: str
    stores: Stores
    decisions: ControlDecisions
    profile: dict[str, Any]
    slates: list[dict[str, Any]]
    served: ServedLog
    audit: AuditLog

    def parts(self) -> dict[str, Callable[[], Rows]]:
        """The rows of every part, by name."""
        return {
            "users": self._users,
            "events": lambda: (_event(each) for each in self._counting() if not each.event.awaiting_item),
            "awaiting": lambda: (_event(each) for each in self._counting() if each.event.awaiting_item),
            "forgotten": lambda: (_event(each) for each in self._events() if each.forgotten),
            "seen": self._seen,
            "controls": self._controls,
            "forgettings": lambda: (_forgetting(each) for each in self.decisions.forgettings_of(self.user_id)),
            "aliases": lambda: ({"alias": alias} for alias in self.decisions.aliases_of(self.user_id)),
            "slates": lambda: iter(self.slates),
            "served": self._served,
            "audit": lambda: ({**line, "user": self.user_id} for line in self.audit.lines_on(self._ids())),
        }

    def _served(self) -> Rows:
        for answer in self.served.of_users(self._ids()):
            yield {**answer, "served_at": answer["served_at"].replace(tzinfo=UTC).isoformat()}

    def _ids(self) -> tuple[str, ...]:
        return self.user_id, *self.decisions.aliases_of(self.user_id)

    def json(self) -> Iterator[bytes]:
        """One JSON object, its parts as arrays."""
        yield b'{"user_id":' + orjson.dumps(self.user_id) + b',"profile":' + orjson.dumps(self.profile)
        for name, rows in self.parts().items():
            yield b"," + orjson.dumps(name) + b":["
            separator = b""
            for row in rows():
                yield separator + orjson.dumps(row)
                separator = b","
            yield b"]"
        yield b"}"

    def zip(self) -> Iterator[bytes]:
        """A zip archive of one NDJSON file for each part, and a README that says what they are."""
        sink = _Sink()
        with zipfile.ZipFile(sink, "w", zipfile.ZIP_DEFLATED) as archive:
            archive.writestr(README, _readme())
            archive.writestr("profile.json", orjson.dumps(self.profile, option=orjson.OPT_INDENT_2))
            for name, rows in self.parts().items():
                with archive.open(f"{name}.ndjson", "w") as file:
                    for row in rows():
                        file.write(orjson.dumps(row, option=orjson.OPT_APPEND_NEWLINE))
                        yield sink.taken()
        yield sink.taken()

    def _events(self) -> Iterator[HeldEvent]:
        after = 0
        while page := self.stores.events.held(self.user_id, after, _PAGE):
            yield from page
            after = page[-1].sequence

    def _counting(self) -> Iterator[HeldEvent]:
        return (each for each in self._events() if not each.forgotten)

    def _users(self) -> Rows:
        row = self.stores.users.get(self.user_id)
        if row is not None:
            stated = orjson.loads(row.profile) if row.profile else {}
            yield {**stated, "user_id": self.user_id, "personalization": row.personalization}

    def _seen(self) -> Rows:
        return ({"item_id": item_id} for item_id in self.stores.forgettings.seen([self.user_id]).items)

    def _controls(self) -> Rows:
        return controls_of(self.stores, self.user_id)


def controls_of(stores: Stores, user_id: str) -> Rows:
    """A person's history of decisions, oldest first."""
    for each in stores.identities.actions(user_id):
        detail, at = orjson.loads(each.detail), moment(each.at)
        yield {"action": each.action, "at": at, "key_id": each.key_id, "detail": detail}


def moment(seconds: float) -> str:
    """A time as RFC 3339 writes it, in UTC."""
    return datetime.fromtimestamp(seconds, UTC).isoformat()


class _Sink(RawIOBase):
    """What zipfile writes to: a file that cannot be sought in, of which the bytes so far are taken away."""

    def __init__(self) -> None:
        super().__init__()
        self._bytes = bytearray()

    def writable(self) -> bool:
        return True

    def write(self, content: Any) -> int:
        self._bytes += content
        return len(content)

    def taken(self) -> bytes:
        taken = bytes(self._bytes)
        self._bytes.clear()
        return taken


def _event(held: HeldEvent) -> dict[str, Any]:
    """As in an events file; what is absent is left out."""
    event = held.event
    row = {
        "event_id": event.event_id,
        "user_id": event.user_id,
        "item_id": event.item_id,
        "type": event.type,
        "value": event.value,
        "occurred_at": moment(event.occurred_at),
        "recommendation_id": event.recommendation_id,
        "position": event.position,
        "context": orjson.loads(event.context) if event.context else None,
    }
    return {name: value for name, value in row.items() if value is not None}


def _forgetting(forgetting: Forgetting) -> dict[str, Any]:
    return {
        "scope": forgetting.scope,
        "topic": forgetting.topic,
        "since": None if forgetting.since is None else moment(forgetting.since),
        "made_at": moment(forgetting.made_at),
        "undo_until": moment(forgetting.undo_until),
        "final": forgetting.final,
    }


def _readme() -> str:
    """The table of files stands at the top of this module, so that the two cannot differ."""
    first, table, last = (__doc__ or "").split("\n\n", 2)
    return f"# What is held of you\n\n{first.partition(':')[2].strip().capitalize()}\n\n{table}\n\n{last.strip()}\n"
