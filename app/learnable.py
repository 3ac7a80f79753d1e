"""Which events the index may learn from: positive ones since each person's last reset, of those who did not opt out."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from app.storage.rows import LoggedColumns, UserRow
from indexer.behaviour import EventTable
from models.events import SignalTable


def learnable(log: LoggedColumns, rows: Sequence[UserRow], signals: SignalTable) -> EventTable:
    """The log without ids of people, and without what may not be learned from."""
    number = {user_id: code for code, user_id in enumerate(log.users)}
    after = np.zeros(len(log.users), dtype=np.int64)
    for row in rows:
        if row.user_id in number:
            after[number[row.user_id]] = row.reset_sequence if row.personalization else np.iinfo(np.int64).max
    keep = (signals.polarity[log.codes] > 0) & (log.sequence > after[log.user_codes])
    weights = signals.weights(log.codes[keep], log.values[keep])
    return EventTable(
        users=log.user_codes[keep],
        items=log.item_codes[keep],
        item_ids=log.items,
        weights=weights,
        times=log.times[keep],
        sequence=int(log.sequence.max(initial=0)),
    )
