"""Reading: how fast a person reads, how much they finish, and at which hours of their day they engage."""

from __future__ import annotations

from collections import Counter
from datetime import datetime
from statistics import median
from typing import Any
from zoneinfo import ZoneInfo

import numpy as np
import orjson

from app.inferences import Told
from app.pipeline.context import Context
from models.events import CODE_OF, EventType
from models.history import EventColumns
from models.ids import Rows
from models.user_state import DAY_SECONDS

MOST_ITEMS = 50
"""Finished items, the latest, from which the speed of reading is told."""
_LEAST_WORDS = 20
_OPENING = (EventType.CLICK, EventType.DWELL, EventType.COMPLETE)
_QUARTER = 900.0


def dwelt(context: Context) -> bool:
    """Whether the person dwelt on anything, so that the log knows for how long."""
    return bool(context.person and (context.person.history.columns().codes == CODE_OF[EventType.DWELL]).any())


def reading(context: Context, told: Told) -> dict[str, Any] | None:
    """Speed and completion, or None where nothing was opened."""
    events = context.person.history.columns() if context.person else None
    if events is None:
        return None
    opened, finished = _rows(events, *_OPENING), _rows(events, EventType.COMPLETE)
    if not len(opened):
        return None
    dwelt = events.where(events.codes == CODE_OF[EventType.DWELL])
    speeds = _speeds(context, dwelt, finished, told) if len(dwelt) else []
    return {
        "opened": len(opened),
        "finished": len(finished),
        "completion": round(len(finished) / len(opened), 6),
        "words_per_minute": round(median(speeds), 1) if speeds else None,
        "events": int(np.isin(events.codes, [CODE_OF[kind] for kind in _OPENING]).sum()),
    }


def engagement_hours(context: Context) -> dict[str, Any] | None:
    """The share of each hour of the person's day in their decayed positive mass, or None without any."""
    events, amounts = context.amounts
    if not len(events) or not amounts.sum() > 0:
        return None
    explicit = context.person.explicit if context.person else None
    zone = ZoneInfo(explicit.time_zone if explicit and explicit.time_zone else "UTC")
    quarters, place = np.unique(np.floor(events.times / _QUARTER), return_inverse=True)
    masses = np.bincount(place, weights=amounts)
    hours: Counter[int] = Counter()
    for quarter, mass in zip(quarters.tolist(), masses.tolist(), strict=True):
        hours[datetime.fromtimestamp(quarter * _QUARTER, zone).hour] += mass
    total = sum(hours.values())
    return {
        "time_zone": zone.key,
        "shares": [round(hours[hour] / total, 6) for hour in range(24)],
        "events": len(events),
        "half_life_days": context.world.half_lives[0] / DAY_SECONDS,
    }


def _rows(events: EventColumns, *kinds: EventType) -> Rows:
    return np.unique(events.rows[np.isin(events.codes, [CODE_OF[kind] for kind in kinds])])


def _speeds(context: Context, dwelt: EventColumns, finished: Rows, told: Told) -> list[float]:
    """Words a minute for the latest items that were finished and of which it is known how long that took."""
    seconds: dict[int, float] = {}
    of_event = told.seconds
    order = np.argsort(-dwelt.times, kind="stable")
    for place in order[np.isin(dwelt.rows[order], finished)].tolist():
        row = int(dwelt.rows[place])
        seconds[row] = seconds.get(row, 0.0) + of_event.get(int(dwelt.sequence[place]), 0.0)
    lengths = {row: _words(context, row) for row in list(seconds)[:MOST_ITEMS]}
    return [60 * words / seconds[row] for row, words in lengths.items() if words >= _LEAST_WORDS and seconds[row] > 0]


def _words(context: Context, row: int) -> int:
    return len(orjson.loads(context.catalogue.document(row)).get("text", "").split())
