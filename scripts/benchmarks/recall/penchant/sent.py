"""A split as the documents that the service takes: its items, and the events that it may know of."""

from __future__ import annotations

from datetime import UTC, datetime

import numpy as np

from indexer.documents import EventDocument, ItemDocument
from models.events import EVENT_TYPES, EventType
from models.signal_table import SignalTable
from scripts.benchmarks.recall.dataset import Entities
from scripts.benchmarks.recall.datasets.items import untold
from scripts.benchmarks.recall.interactions import Interactions
from scripts.benchmarks.recall.split import Split

_Entry = tuple[int, int, int, float, float]


def documents_of(entities: Entities) -> list[ItemDocument]:
    """One document an item; where nothing is known of an item, its id is its title."""
    told = entities.documents or (None,) * len(entities.items)
    return [document or untold(item_id) for item_id, document in zip(entities.items, told, strict=True)]


def told_later(split: Split) -> Interactions:
    """What the test people are known by and models did not learn from."""
    told = split.histories.entries
    return told.take(~np.isin(told.pairs(), split.train.pairs()))


def events_of(entities: Entities, entries: Interactions, signals: SignalTable) -> list[EventDocument]:
    """One event an entry, by time; every pair of person and item has an event of its own."""
    ordered = entries.take(np.lexsort((entries.items, entries.users, entries.times)))
    columns = (ordered.users, ordered.items, ordered.codes, ordered.values, ordered.times)
    return [_event(entities, row, signals) for row in zip(*(column.tolist() for column in columns), strict=True)]


def _event(entities: Entities, entry: _Entry, signals: SignalTable) -> EventDocument:
    user, item, code, value, time = entry
    is_dwell = EVENT_TYPES[code] is EventType.DWELL
    return EventDocument(
        event_id=f"{user}-{item}",
        user_id=entities.users[user],
        item_id=entities.items[item],
        type=EVENT_TYPES[code],
        value=value / float(signals.weight[code]) * signals.dwell.full_seconds if is_dwell else None,
        occurred_at=datetime.fromtimestamp(time, UTC),
    )
