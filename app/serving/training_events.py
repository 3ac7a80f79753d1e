"""Which events the index may learn from: those for or against an item, not forgotten, of people who did not opt out.

Those on sensitive items that their person did not permit are left out where the index is built, which knows the items.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from app.storage.rows import LoggedColumns, UserRow
from indexer.behaviour import EventTable
from indexer.documents import UserDocument
from models.machines import machines
from models.signal_table import SignalTable


def training_events(log: LoggedColumns, rows: Sequence[UserRow], signals: SignalTable) -> EventTable:
    """The log without ids of people, and without what may not be learned from."""
    number = {user_id: code for code, user_id in enumerate(log.users)}
    taught = np.ones(len(log.users), dtype=np.bool_)
    taught[[number[row.user_id] for row in rows if row.user_id in number and not row.personalization]] = False
    busy = machines(log.user_codes, log.codes, log.times, signals.machine_events_per_day)
    taught[busy] = False
    codes = signals.sided(log.codes, log.values)
    polarity = signals.polarity[codes]
    keep = (polarity != 0) & taught[log.user_codes]
    permits, permit_sets = _permits(log.users, rows)
    codes = codes[keep]
    timed, told = signals.timed[codes], signals.told(codes, log.values[keep])
    weights = np.where(timed, signals.weight[codes], told) * polarity[keep]
    return EventTable(
        users=log.user_codes[keep],
        items=log.item_codes[keep],
        item_ids=log.items,
        weights=weights,
        times=log.times[keep],
        sequence=int(log.sequence.max(initial=0)),
        permits=permits[log.user_codes[keep]],
        permit_sets=permit_sets,
        set_aside=(len(busy), int(np.isin(log.user_codes, busy).sum())),
        dwells=np.where(timed, told, np.float32(np.nan)),
        dwell=signals.dwell,
    )


def _permits(users: Sequence[str], rows: Sequence[UserRow]) -> tuple[NDArray[np.int32], list[tuple[str, ...]]]:
    """(for each user the position of what they permit, the distinct sets of permitted topics, the empty one first)."""
    sets: dict[tuple[str, ...], int] = {(): 0}
    permits = np.zeros(len(users), dtype=np.int32)
    number = {user_id: code for code, user_id in enumerate(users)}
    for row in rows:
        if row.profile and row.user_id in number:
            topics = tuple(sorted(UserDocument.kept(row.profile).allowed_sensitive_topics))
            permits[number[row.user_id]] = sets.setdefault(topics, len(sets))
    return permits, list(sets)
