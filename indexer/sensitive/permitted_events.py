"""Which events item vectors may be learned from: the firewall, where the index is built."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from indexer.behaviour import EventTable
from indexer.sensitive.rules import SensitiveRules
from models.ids import IdMap
from models.words import Words


def permitted_events(
    events: EventTable, ids: IdMap, touched: Sequence[Sequence[str]], rules: SensitiveRules
) -> EventTable:
    """The events on items whose sensitive topics, if any, the event's own person permits.

    Args:
        events: what may be learned from as far as resets and switches go.
        ids: of the catalogue.
        touched: the sensitive topics of each row of it.
        rules: how topics are treated.
    """
    if not len(events.items):
        return events
    kinds = Words([""])
    kind_of_row = np.array([kinds.add("\n".join(topics)) if topics else 0 for topics in touched], dtype=np.int64)
    rows = ids.rows(events.item_ids)[events.items]
    kind = np.where(rows >= 0, kind_of_row[rows], 0)
    permits = events.permits if len(events.permits) else np.zeros(len(rows), dtype=np.int32)
    pairs, pair = np.unique(kind * len(events.permit_sets) + permits, return_inverse=True)
    passes = np.array([_passes(int(each), kinds, events.permit_sets, rules) for each in pairs], dtype=np.bool_)
    keep = passes[pair]
    return replace(
        events,
        users=events.users[keep],
        items=events.items[keep],
        weights=events.weights[keep],
        times=events.times[keep],
        permits=permits[keep],
        dwells=events.dwells[keep] if len(events.dwells) else events.dwells,
    )


def _passes(pair: int, kinds: Words, permit_sets: Sequence[Sequence[str]], rules: SensitiveRules) -> bool:
    kind, permits = divmod(pair, len(permit_sets))
    name = kinds.names[kind]
    return rules.may_be_learned(name.split("\n") if name else (), permit_sets[permits])
