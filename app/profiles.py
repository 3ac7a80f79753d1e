"""What a person is shown of themselves: what they stated, what was inferred, from which events, and how fresh it is."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import numpy as np

from app.pipeline.context import Context
from models.events import EVENT_TYPES
from models.history import EventColumns
from models.user_state import DAY_SECONDS

_EVIDENCE = 5


def profile_payload(context: Context) -> dict[str, Any]:
    """The answer of `GET /users/{id}/profile`; a person of whom nothing is known gets an empty one."""
    person = context.person
    explicit = person.explicit.model_dump(exclude={"user_id"}, exclude_none=True) if person and person.explicit else {}
    return {
        "user_id": context.ask.user_id,
        "known": person is not None,
        "personalization": person.row.personalization if person else True,
        "epoch": person.row.epoch if person else 0,
        "explicit": explicit,
        "implicit": {"topics": _topics(context), "formats": _formats(context)},
        "signals": _signals(context),
        "freshness": _freshness(context),
    }


def _topics(context: Context) -> list[dict[str, Any]]:
    if not context.person:
        return []
    sums, catalogue = context.person.state.positive, context.catalogue
    total = sums.masses.sum()
    order = np.argsort(-sums.masses, kind="stable")
    return [
        {
            "topic": catalogue.topic_slugs[int(sums.topics[slot])],
            "name": catalogue.topic_names[int(sums.topics[slot])],
            "share": round(float(sums.masses[slot] / total), 6) if total > 0 else 0.0,
            "established": bool(sums.topics[slot] in context.established),
            "evidence": _evidence(context, int(sums.topics[slot])),
        }
        for slot in order
    ]


def _evidence(context: Context, topic: int) -> list[dict[str, Any]]:
    events, amounts = context.amounts
    mine = np.flatnonzero(context.catalogue.topics[events.rows] == topic)
    strongest = mine[np.argsort(-amounts[mine], kind="stable")[:_EVIDENCE]]
    return [_event(context, events, int(position), float(amounts[position])) for position in strongest]


def _event(context: Context, events: EventColumns, position: int, weight: float) -> dict[str, Any]:
    row, time = int(events.rows[position]), float(events.times[position])
    return {
        "item_id": context.catalogue.item_id(row),
        "title": context.catalogue.title(row),
        "event": EVENT_TYPES[int(events.codes[position])].value,
        "occurred_at": _moment(time),
        "age_days": round((context.now - time) / DAY_SECONDS, 3),
        "weight_now": round(weight, 6),
    }


def _formats(context: Context) -> list[dict[str, Any]]:
    events, amounts = context.amounts
    formats = context.catalogue.formats[events.rows]
    total = amounts.sum()
    shares = {
        context.catalogue.format_words.names[int(code)]: round(float(amounts[formats == code].sum() / total), 6)
        for code in np.unique(formats[formats >= 0])
    }
    return [{"format": name, "share": share} for name, share in sorted(shares.items(), key=lambda each: -each[1])]


def _signals(context: Context) -> dict[str, int]:
    codes = context.person.history.columns().codes if context.person else np.empty(0, dtype=np.int8)
    polarity = context.world.signals.polarity[codes]
    return {name: int((polarity == sign).sum()) for name, sign in (("positive", 1), ("neutral", 0), ("negative", -1))}


def _freshness(context: Context) -> dict[str, Any]:
    times = context.person.history.columns().times if context.person else np.empty(0)
    positive, negative = context.world.half_lives
    return {
        "as_of": _moment(context.now),
        "oldest_event": _moment(float(times.min())) if len(times) else None,
        "newest_event": _moment(float(times.max())) if len(times) else None,
        "half_life_positive_days": positive / DAY_SECONDS,
        "half_life_negative_days": negative / DAY_SECONDS,
    }


def _moment(seconds: float) -> str:
    return datetime.fromtimestamp(seconds, UTC).isoformat()
