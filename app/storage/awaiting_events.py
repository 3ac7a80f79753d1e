"""Events that wait in the log for an item that the catalogue does not have yet: how many may, and what becomes of them.

They are rows of the log like any other, so that whatever is done with a person's events is done with them too.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from typing import Any

from duckdb import DuckDBPyConnection

from app.storage.database import mark_for_rewriting
from app.storage.duckdb_retention import KEEP_LAST
from app.storage.rows import Adopted, Adoption, AwaitedItem, Awaiting, AwaitingLimits, Full, NewEvent
from app.storage.timestamps import micros, seconds

_BY_USER = "SELECT user_id, count(*) FROM events WHERE awaiting_item GROUP BY user_id"
_AWAITED = """
SELECT item_id, count(*), count(DISTINCT user_id), epoch_us(min(received_at)) FROM events
WHERE awaiting_item AND ($items IS NULL OR item_id IN (SELECT unnest($items::VARCHAR[])))
GROUP BY item_id ORDER BY count(*) DESC, item_id
"""
_TOTALS = """
SELECT count(*), count(DISTINCT user_id), count(DISTINCT item_id), epoch_us(min(received_at))
FROM events WHERE awaiting_item
"""
_OUTCOMES = "SELECT outcome, events FROM awaiting_outcomes ORDER BY outcome"
_COUNT = """
MERGE INTO awaiting_outcomes USING (SELECT $outcome AS outcome, $events AS events) AS more USING (outcome)
WHEN MATCHED THEN UPDATE SET events = awaiting_outcomes.events + more.events
WHEN NOT MATCHED THEN INSERT VALUES (more.outcome, more.events)
"""
_COMING = """
SELECT sequence, user_id, item_id, epoch_us(occurred_at), forgotten_by IS NOT NULL FROM events
WHERE awaiting_item AND item_id IN (SELECT unnest($items::VARCHAR[])) ORDER BY sequence
"""
_NUMBERED = "WHERE sequence IN (SELECT unnest($sequences::BIGINT[]))"
_ADOPT = f"UPDATE events SET awaiting_item = NULL {_NUMBERED}"  # noqa: S608 - no value goes into this text
_FORGET = f"UPDATE events SET forgotten_by = $number {_NUMBERED} AND forgotten_by IS NULL"  # noqa: S608 - likewise
_DELETE = f"DELETE FROM events {_NUMBERED}"  # noqa: S608 - likewise
_EXPIRE = "DELETE FROM events WHERE awaiting_item AND received_at < make_timestamp($before) RETURNING sequence"


class Room:
    """How much may still be kept, while rows are taken in one after the other.

    Args:
        limits: of it; None lets everything in.
        held: how many events wait already, by person.
    """

    def __init__(self, limits: AwaitingLimits | None, held: Counter[str]) -> None:
        self._limits, self._held = limits, held
        self._total = held.total()
        self.refused = 0

    @classmethod
    def of(cls, connection: DuckDBPyConnection, rows: Sequence[NewEvent], limits: AwaitingLimits | None) -> Room:
        """The room for these rows; what is held is only counted where one of them has to wait."""
        waits = limits is not None and any(row.awaiting_item for row in rows)
        return cls(limits, Counter(dict(connection.execute(_BY_USER).fetchall())) if waits else Counter())

    def full(self, row: NewEvent) -> Full | None:
        """Which limit keeps a new row out, if any; whatever is let in takes its place."""
        if not row.awaiting_item or self._limits is None:
            return None
        of_person = self._held[row.user_id] >= self._limits.per_person
        if of_person or self._total >= self._limits.events:
            self.refused += 1
            return "per_person" if of_person else "events"
        self._held[row.user_id] += 1
        self._total += 1
        return None


def count(connection: DuckDBPyConnection, outcome: str, events: int) -> None:
    """Add to what became of waiting events."""
    if events:
        connection.execute(_COUNT, {"outcome": outcome, "events": events})


def awaited_items(connection: DuckDBPyConnection, item_ids: Sequence[str] | None) -> list[AwaitedItem]:
    """Items for which events wait, of all or of some, those with most events first."""
    given: dict[str, Any] = {"items": None if item_ids is None else list(item_ids)}
    found = connection.execute(_AWAITED, given).fetchall()
    return [AwaitedItem(item_id, events, people, seconds(since)) for item_id, events, people, since in found]


def awaiting(connection: DuckDBPyConnection) -> Awaiting:
    """What waits, and what became of what waited."""
    ((events, people, items, since),) = connection.execute(_TOTALS).fetchall()
    outcomes = dict(connection.execute(_OUTCOMES).fetchall())
    return Awaiting(events, people, items, None if since is None else seconds(since), outcomes)


def adopt(connection: DuckDBPyConnection, requests: Sequence[Adoption]) -> list[Adopted]:
    """Let events whose item came count from now on, as far as their people did not decide to forget them."""
    return [_adopt(connection, request) for request in requests]


def _adopt(connection: DuckDBPyConnection, request: Adoption) -> Adopted:
    rows = connection.execute(_COMING, {"items": list(request.items)}).fetchall()
    if not rows:
        return Adopted(0, ())
    forgotten: dict[int, list[int]] = defaultdict(list)
    for sequence, user_id, item_id, occurred_us, _ in rows:
        number = request.forgotten_by(user_id, item_id, seconds(occurred_us))
        if number is not None:
            forgotten[number].append(sequence)
    connection.execute(_ADOPT, {"sequences": [row[0] for row in rows]})
    _forget(connection, forgotten)
    inert = {sequence for sequence, *_, inert in rows if inert}.union(*forgotten.values())
    count(connection, "forgotten", len(inert))
    count(connection, "adopted", len(rows) - len(inert))
    return Adopted(len(rows) - len(inert), tuple(sorted({row[1] for row in rows})))


def _forget(connection: DuckDBPyConnection, forgotten: Mapping[int, Sequence[int]]) -> None:
    """Make events inert, by the number of the decision; nothing stays of those that no decision can bring back."""
    for number, sequences in forgotten.items():
        if number:
            connection.execute(_FORGET, {"number": number, "sequences": sequences})
        else:
            connection.execute(KEEP_LAST)
            connection.execute(_DELETE, {"sequences": sequences})
            mark_for_rewriting(connection)


def expire(connection: DuckDBPyConnection, moments: Sequence[float]) -> list[int]:
    """Delete what has waited since before a moment; how many events each request deleted."""
    connection.execute(KEEP_LAST)
    expired = [len(connection.execute(_EXPIRE, {"before": micros(before)}).fetchall()) for before in moments]
    count(connection, "expired", sum(expired))
    if any(expired):
        mark_for_rewriting(connection)
    return expired
