"""Events that wait in PostgreSQL for an item that the catalogue does not have yet."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Sequence
from itertools import groupby
from operator import itemgetter
from typing import Any, Final

from psycopg import Connection

from app.storage.postgres.people import changing
from app.storage.postgres.statements import statements
from app.storage.rows import Adopted, Adoption, AwaitedItem, Awaiting
from app.storage.timestamps import micros, seconds

_EVENTS: Final = statements("events")


def awaited_items(rows: Sequence[tuple[Any, ...]]) -> list[AwaitedItem]:
    """Items for which events wait, from what the statement of this name found."""
    return [AwaitedItem(item_id, events, people, seconds(since)) for item_id, events, people, since in rows]


def awaiting(connection: Connection[Any]) -> Awaiting:
    """What waits, and what became of what waited."""
    ((events, people, items, since),) = connection.execute(_EVENTS["awaiting"]).fetchall()
    outcomes = dict(connection.execute(_EVENTS["outcomes"]).fetchall())
    return Awaiting(events, people, items, None if since is None else seconds(since), outcomes)


def adopt(connection: Connection[Any], request: Adoption) -> Adopted:
    """Let events whose item came count, as far as their people did not decide to forget them; person by person."""
    rows = connection.execute(_EVENTS["coming"], {"items": list(request.items)}).fetchall()
    adopted, users = 0, list[str]()
    for user_id, theirs in groupby(rows, key=itemgetter(0)):
        adopted += _adopt(connection, request, user_id, list(theirs))
        users.append(user_id)
    return Adopted(adopted, tuple(users))


def _adopt(connection: Connection[Any], request: Adoption, user_id: str, rows: Sequence[tuple[Any, ...]]) -> int:
    """How many events of a person count from now on."""
    forgotten: defaultdict[int, list[int]] = defaultdict(list)
    for _, sequence, item_id, occurred, _ in rows:
        number = request.forgotten_by(user_id, item_id, seconds(occurred))
        if number is not None:
            forgotten[number].append(sequence)
    inert = {sequence for _, sequence, _, _, inert in rows if inert}.union(*forgotten.values())
    with changing(connection, user_id):
        connection.execute(_EVENTS["adopt"], {"user": user_id, "numbers": [row[1] for row in rows]})
        for number, sequences in forgotten.items():
            statement = "forget_numbered" if number else "delete_numbered"
            connection.execute(_EVENTS[statement], {"user": user_id, "number": number, "numbers": sequences})
        _count(connection, Counter(forgotten=len(inert), adopted=len(rows) - len(inert)))
    return len(rows) - len(inert)


def expire(connection: Connection[Any], before: float) -> int:
    """Delete what has waited since before a moment; how many events."""
    expired, given = 0, {"before": micros(before)}
    for (user_id,) in connection.execute(_EVENTS["owners_of_expired"], given).fetchall():
        with changing(connection, user_id):
            count = connection.execute(_EVENTS["expire"], given | {"user": user_id}).rowcount
            _count(connection, Counter(expired=count))
        expired += count
    return expired


def _count(connection: Connection[Any], outcomes: Counter[str]) -> None:
    for outcome, events in outcomes.items():
        if events:
            connection.execute(_EVENTS["count_outcome"], {"outcome": outcome, "events": events})
