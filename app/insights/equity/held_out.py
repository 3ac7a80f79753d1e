"""Slates made for the audit: is what people took up last found from what they did before, and do labels hold?

Of each person the last fifth of what they took up until the quarter ended is held out, and a slate is made from the
rest. One label of that slate which names an event is tested by making the slate once more without the event. The
slates are served to nobody and logged nowhere. The index in service may itself have learned from what is held out:
groups can be compared by the result, and it is no measure of quality.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from hashlib import blake2b
from typing import Final

import numpy as np

from app.insights.equity.groups import Groups
from app.insights.equity.population import Population
from app.insights.equity.quarter import Quarter
from app.insights.equity.settings import AuditSettings
from app.pipeline.slate import Reason, Slate, SlateItem
from app.serving.generation import Generation
from app.serving.person import Person
from models.history import EventColumns
from models.ids import Rows

Row = tuple[str, float, float]

HELD_OUT_SHARE: Final = 0.2
LEAST_TAKEN_UP: Final = 5
"""Items that somebody has to have taken up to take part."""
_NAMING_EVENTS: Final = frozenset({"because_you", "similar_to"})


@dataclass(frozen=True, slots=True)
class Bench:
    """What makes slates.

    Attributes:
        generation: people, and the catalogue.
        preview: the slate that somebody would get if they were another person; nothing of it is remembered.
    """

    generation: Generation
    preview: Callable[[str, int, Person], Slate]


def drawn(population: Population, groupings: Sequence[Groups], most: int) -> list[int]:
    """Positions of at most so many people of each group that is told of, the same for the same people, ascending."""
    order = sorted(range(len(population)), key=lambda place: blake2b(population.user_ids[place].encode()).digest())
    found: set[int] = set()
    for groups in groupings:
        members = groups.members[order]
        for place in range(len(groups.names)):
            found.update(np.array(order)[members == place][:most].tolist())
    return sorted(found)


async def held_out_rows(
    bench: Bench, user_ids: Sequence[str], quarter: Quarter, settings: AuditSettings
) -> dict[str, list[Row]]:
    """Rows of `held_out_recall` and `label_fidelity`; requests are answered between two people."""
    recalls: list[Row] = []
    labels: list[Row] = []
    for user_id in user_ids:
        await asyncio.sleep(0)
        if (split := split_of(bench.generation, user_id, quarter.end.timestamp())) is None:
            continue
        before, wanted = split
        slate = bench.preview(user_id, settings.held_out_slots, before)
        hits = sum(item.item_id in wanted for item in slate.items)
        recalls.append((user_id, float(hits), float(min(len(wanted), settings.held_out_slots))))
        if (told := _label_naming_an_event(slate)) is not None:
            await asyncio.sleep(0)
            labels.append((user_id, float(_holds(bench, before, told, settings.held_out_slots)), 1.0))
    return {"held_out_recall": recalls, "label_fidelity": labels}


def split_of(generation: Generation, user_id: str, until: float) -> tuple[Person, set[str]] | None:
    """Somebody before they did what is held out, and the items of that; None where they did too little.

    Args:
        generation: people, and the catalogue.
        user_id: of whom.
        until: what happened from then on does not count, in seconds since 1970.
    """
    people = generation.people
    person = people.get(user_id)
    if person is None or not person.row.personalization:
        return None
    everything = person.history.columns()
    history = everything.where(everything.times < until)
    rows = _taken_up(history.where(people.signals.polarity[history.codes] > 0))
    if len(rows) < LEAST_TAKEN_UP:
        return None
    held = rows[: round(HELD_OUT_SHARE * len(rows))]
    wanted = {generation.catalogue.item_id(row) for row in held.tolist()}
    return people.with_history(person, history.where(~np.isin(history.rows, held))), wanted


def _taken_up(positive: EventColumns) -> Rows:
    """int32: rows that the person took up, by when they first did, last first."""
    order = np.lexsort([positive.sequence, positive.times])
    rows, first = np.unique(positive.rows[order], return_index=True)
    return rows[np.argsort(-first, kind="stable")]


def _label_naming_an_event(slate: Slate) -> tuple[SlateItem, Reason] | None:
    """The first item whose label names an event, and the reason that the label tells."""
    for item in slate.items:
        if item.reasons and item.reasons[0].code in _NAMING_EVENTS and item.reasons[0].item_id is not None:
            return item, item.reasons[0]
    return None


def _holds(bench: Bench, person: Person, told: tuple[SlateItem, Reason], limit: int) -> bool:
    """Whether the item scores lower, or stands there no longer, without the events on the item that its label names."""
    item, reason = told
    events = person.history.columns()
    named = bench.generation.catalogue.row(reason.item_id or "")
    other = bench.generation.people.with_history(person, events.where(events.rows != named))
    again = bench.preview(person.row.user_id, limit, other)
    score = next((each.score for each in again.items if each.item_id == item.item_id), -np.inf)
    return bool(score < item.score)
