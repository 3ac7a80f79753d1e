"""Reading: how fast a person reads, how much they finish, and at which hours of their day they engage.

Both fade as topics do: of what was opened, and of the hours of engagement, each event counts what is left of it.
"""

from __future__ import annotations

from collections import Counter
from datetime import datetime
from statistics import median
from typing import Any
from zoneinfo import ZoneInfo

import numpy as np
import orjson
from numpy.typing import NDArray

from app.person.inferences import Told, support
from app.pipeline.context import Context
from models.events import CODE_OF, EventType
from models.history import EventColumns
from models.ids import Rows
from models.user_state import decay

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
    history = context.person.events if context.person else None
    if history is None:
        return None
    events = history.where(np.isin(history.codes, [CODE_OF[kind] for kind in _OPENING]))
    if not len(events):
        return None
    half_life = context.environment.half_lives[0]
    finished = events.rows[events.codes == CODE_OF[EventType.COMPLETE]]
    rows, latest = _latest(events, decay(events.times.max() - events.times, half_life))
    speeds = _speeds(context, events.where(events.codes == CODE_OF[EventType.DWELL]), finished, told)
    return {
        "opened": len(rows),
        "finished": len(np.unique(finished)),
        "completion": round(float(latest[np.isin(rows, finished)].sum() / latest.sum()), 6),
        "words_per_minute": round(median(speeds), 1) if speeds else None,
        **support(context, (events, events.weights * decay(context.now - events.times, half_life)), told),
    }


def engagement_hours(context: Context, told: Told) -> dict[str, Any] | None:
    """The share of each hour of the person's day in their decayed positive mass, or None without any."""
    events, parts = context.evidence.relative_amounts
    if not len(events) or not parts.sum() > 0:
        return None
    explicit = context.person.explicit if context.person else None
    zone = ZoneInfo(explicit.time_zone if explicit and explicit.time_zone else "UTC")
    quarters, place = np.unique(np.floor(events.times / _QUARTER), return_inverse=True)
    masses = np.bincount(place, weights=parts)
    hours: Counter[int] = Counter()
    for quarter, mass in zip(quarters.tolist(), masses.tolist(), strict=True):
        hours[datetime.fromtimestamp(quarter * _QUARTER, zone).hour] += mass
    total = sum(hours.values())
    return {
        "time_zone": zone.key,
        "shares": [round(hours[hour] / total, 6) for hour in range(24)],
        **support(context, context.evidence.amounts, told),
    }


def _latest(events: EventColumns, parts: NDArray[np.float64]) -> tuple[Rows, NDArray[np.float64]]:
    """(items ascending, for each what is left of its latest event, beside the latest of all)."""
    rows, place = np.unique(events.rows, return_inverse=True)
    latest = np.zeros(len(rows))
    np.maximum.at(latest, place, parts)
    return rows, latest


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
