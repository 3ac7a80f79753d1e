"""Inferences: the topics, formats and session of a person, each with the events that it rests on and how it fades.

A weight fades by half with every half-life, so that a tenth of it is left after log2(10) = 3.32 half-lives.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from math import log2
from typing import Any, TypeAlias

import numpy as np
from numpy.typing import NDArray

from app.pipeline.context import Context
from models.history import EventColumns
from models.user_state import DAY_SECONDS

Amounts: TypeAlias = tuple[EventColumns, NDArray[np.float64]]
"""Events, and what is left of each one's weight."""

SHOWN = 5
"""Events that are named for each inference, the weightiest first."""
TREND_DAYS = 30.0
"""Days that a trend compares with the time before."""
TO_A_TENTH = log2(10)
"""Half-lives until a tenth is left."""
_LAST_SECOND = datetime(9999, 12, 31, 23, 59, 59, tzinfo=UTC).timestamp()


class Told:
    """What of the events stands in the log only: read at once for the whole profile.

    Args:
        seconds: the length of each of the person's dwells, by number.
    """

    def __init__(self, seconds: Mapping[int, float]) -> None:
        self.seconds = seconds
        self._unnamed: list[tuple[int, dict[str, Any]]] = []

    @property
    def sequences(self) -> list[int]:
        """Numbers of the events that were told of."""
        return sorted({sequence for sequence, _ in self._unnamed})

    def tell(self, sequence: int, told: dict[str, Any]) -> dict[str, Any]:
        """Remember that an event was told of, so that it can be named."""
        self._unnamed.append((sequence, told))
        return told

    def name(self, names: Mapping[int, str]) -> None:
        """Give every event that was told of its `event_id`; one that is gone meanwhile has none."""
        for sequence, told in self._unnamed:
            told["event_id"] = names.get(sequence)


def topics(context: Context, told: Told) -> list[dict[str, Any]]:
    """Topics of interest, the heaviest first."""
    if not context.person:
        return []
    sums, catalogue = context.person.state.positive, context.catalogue
    events, amounts = context.evidence.amounts
    of_event, total, trends = catalogue.topics[events.rows], sums.masses.sum(), _trends(context)
    return [
        {
            "topic": catalogue.topic_slugs[topic],
            "name": catalogue.topic_names[topic] or None,
            "share": round(float(mass / total), 6) if total > 0 else 0.0,
            "trend": trends.get(topic),
            "established": topic in context.evidence.established,
            **support(context, (events.where(of_event == topic), amounts[of_event == topic]), told),
        }
        for topic, mass in sorted(zip(sums.topics.tolist(), sums.masses, strict=True), key=lambda each: -each[1])
    ]


def formats(context: Context, told: Told) -> list[dict[str, Any]]:
    """Formats engaged with, the heaviest first."""
    (events, amounts), (_, parts) = context.evidence.amounts, context.evidence.relative_amounts
    of_event, total = context.catalogue.formats[events.rows], parts.sum()
    found = [
        {
            "format": context.catalogue.format_words.names[code],
            "share": round(float(parts[of_event == code].sum() / total), 6) if total > 0 else 0.0,
            **support(context, (events.where(of_event == code), amounts[of_event == code]), told),
        }
        for code in np.unique(of_event[of_event >= 0]).tolist()
    ]
    return sorted(found, key=lambda each: -each["share"])


def session(context: Context, told: Told) -> dict[str, Any] | None:
    """What the person is after just now, or None where nothing happened lately."""
    events, parts = context.evidence.session_amounts
    recent = np.flatnonzero(parts)
    if not len(recent):
        return None
    events, parts = events.where(recent), parts[recent]
    of_event = context.catalogue.topics[events.rows]
    shares = {topic: float(parts[of_event == topic].sum() / parts.sum()) for topic in np.unique(of_event).tolist()}
    half_life = 60.0 * context.settings.session.half_life_minutes
    ranked = sorted(shares.items(), key=lambda each: -each[1])
    return {
        "topics": [{"topic": context.catalogue.topic_slugs[topic], "share": round(part, 6)} for topic, part in ranked],
        "half_life_minutes": context.settings.session.half_life_minutes,
        "faded_at": moment(context.now + TO_A_TENTH * half_life),
        "events": len(events),
        "evidence": evidence(context, (events, parts), told, half_life),
    }


def evidence(context: Context, found: Amounts, told: Told, half_life: float) -> list[dict[str, Any]]:
    """The weightiest events, and when a tenth of what each weighed will be left."""
    events, amounts = found
    strongest = np.argsort(-amounts, kind="stable")[:SHOWN].tolist()
    return [
        told.tell(int(events.sequence[place]), _event(context, events, place, float(amounts[place]), half_life))
        for place in strongest
    ]


def support(context: Context, found: Amounts, told: Told) -> dict[str, Any]:
    """What an inference rests on: how many events, how fast they fade, and those that weigh most."""
    half_life = context.environment.half_lives[0]
    return {
        "events": len(found[0]),
        "half_life_days": half_life / DAY_SECONDS,
        "faded_at": moment(context.now + TO_A_TENTH * half_life),
        "evidence": evidence(context, found, told, half_life),
    }


def moment(seconds: float) -> str:
    """A time as RFC 3339 writes it, in UTC; what lies beyond the calendar is its last second."""
    return datetime.fromtimestamp(min(seconds, _LAST_SECOND), UTC).isoformat()


def _event(context: Context, events: EventColumns, place: int, weight: float, half_life: float) -> dict[str, Any]:
    row, time = int(events.rows[place]), float(events.times[place])
    return {
        "event_id": None,
        "item_id": context.catalogue.item_id(row),
        "title": context.catalogue.title(row),
        "event": context.environment.signals.names[int(events.codes[place])],
        "occurred_at": moment(time),
        "age_days": round((context.now - time) / DAY_SECONDS, 3),
        "weight_now": round(weight, 6),
        "faded_at": moment(time + TO_A_TENTH * half_life),
    }


def _trends(context: Context) -> dict[int, float]:
    """By topic, its share of what happened lately, less its share of what happened before; none without both."""
    events, _ = context.evidence.amounts
    lately = events.times >= context.now - TREND_DAYS * DAY_SECONDS
    found, place = np.unique(context.catalogue.topics[events.rows], return_inverse=True)
    new = np.bincount(place[lately], weights=events.weights[lately], minlength=len(found))
    old = np.bincount(place[~lately], weights=events.weights[~lately], minlength=len(found))
    if not (new.sum() > 0 and old.sum() > 0):
        return {}
    trends = new / new.sum() - old / old.sum()
    return dict(zip(found.tolist(), trends.round(6).tolist(), strict=True))
