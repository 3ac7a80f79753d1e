"""Deletes events of PostgreSQL that were kept long enough, or that the firewall holds back: person by person."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from typing import Any, Final

import numpy as np
import orjson
from psycopg import Connection

from app.storage.postgres.actions import record
from app.storage.postgres.event_rows import read_pairs, signed_digests
from app.storage.postgres.people import changing
from app.storage.postgres.statements import statements
from app.storage.rows import ControlAction, Expired, KeepSeen, Withdrawal
from app.storage.timestamps import micros

_EVENTS: Final = statements("events")
_OF_USERS: Final = _EVENTS["pairs"] + b" WHERE user_id = ANY(%(users)s)"

ByCode = Mapping[int, tuple[str, float]]
"""By code of an event type its name, and the moment before which its events go."""


def count_older(connection: Connection[Any], before: ByCode) -> tuple[int, int]:
    """How many events would go, and how many there are."""
    older = 0
    for code, (_, moment) in before.items():
        given = {"type": code, "before": micros(moment)}
        older += int(connection.execute(_EVENTS["count_older"], given).fetchall()[0][0])
    return older, int(connection.execute(_EVENTS["count_events"]).fetchall()[0][0])


def delete_older(connection: Connection[Any], before: ByCode, seen: KeepSeen | None) -> Expired:
    """Delete the events of each type that occurred before a moment; what was seen stays known where `seen` says so."""
    events, users = 0, set[str]()
    for code, (kind, moment) in before.items():
        given = {"type": code, "before": micros(moment), "since": micros(seen.since) if seen else None}
        for (user_id,) in connection.execute(_EVENTS["owners_of_older"], given).fetchall():
            of_user = given | {"user": user_id}
            with changing(connection, user_id):
                if seen and kind in seen.types:
                    connection.execute(_EVENTS["keep_older_as_seen"], of_user)
                events += connection.execute(_EVENTS["delete_older"], of_user).rowcount
            users.add(user_id)
    return Expired(events, tuple(sorted(users)))


def ignore(connection: Connection[Any], user_id: str, event_ids: Sequence[str]) -> None:
    """Events of these ids are not to come back."""
    for digest in signed_digests(event_ids):
        connection.execute(_EVENTS["keep_ignored"], {"user": user_id, "digest": digest})


def withdraw(connection: Connection[Any], request: Withdrawal) -> Expired:
    """Delete what is held back."""
    query, users = (_EVENTS["pairs"], ()) if request.users is None else (_OF_USERS, request.users)
    pairs = read_pairs(connection, query, {"users": list(users)})
    items: defaultdict[str, list[str]] = defaultdict(list)
    for place in np.flatnonzero(request.withheld(pairs)).tolist():
        items[pairs.users[pairs.user_codes[place]]].append(pairs.items[pairs.item_codes[place]])
    events = [_withdraw(connection, user_id, items[user_id], request.at) for user_id in sorted(items)]
    return Expired(sum(events), tuple(sorted(items)))


def _withdraw(connection: Connection[Any], user_id: str, item_ids: Sequence[str], at: float) -> int:
    of_user = {"user": user_id, "items": list(item_ids)}
    with changing(connection, user_id):
        gone = [event_id for (event_id,) in connection.execute(_EVENTS["delete_on_items"], of_user).fetchall()]
        ignore(connection, user_id, gone)
        connection.execute(_EVENTS["delete_seen_on_items"], of_user)
        record(connection, ControlAction(user_id, "withheld_events_deleted", orjson.dumps({"events": len(gone)}), at))
    return len(gone)
