"""What a person can do about an item that they do not want, and what becomes of it in memory."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from copy import deepcopy
from dataclasses import fields
from enum import StrEnum
from typing import Any, Final

import numpy as np

from app.person.explicit import merged
from app.serving.catalogue import Catalogue
from app.serving.generation import Generation
from app.serving.people import People
from indexer.documents import UserDocument
from models.events import CODE_OF, EventType
from models.history import EventColumns
from models.ids import Rows

_AFTER_THE_LOG: Final = 1 << 40
"""Numbers of events that are never stored begin behind those that are."""


class Action(StrEnum):
    """One thing to do about an item: an event on it, or a statement on its topic or on one of its tags."""

    DISMISS = "dismiss"
    DISLIKE = "dislike"
    LESS_LIKE_THIS = "less_like_this"
    LESS_OF_TOPIC = "less_of_topic"
    MUTE_TOPIC = "mute_topic"
    MUTE_TAG = "mute_tag"


EVENTS: Final = {
    Action.DISMISS: EventType.DISMISS,
    Action.DISLIKE: EventType.DISLIKE,
    Action.LESS_LIKE_THIS: EventType.LESS_LIKE_THIS,
}


def act(action: Action, generation: Generation, user_id: str, target: int, now: float) -> None:
    """Do it, effective at once and in memory only."""
    people = generation.people
    if action in EVENTS:
        events = signals(people, EVENTS[action], np.array([target], dtype=np.int32), now)
        experience(people, user_id, events)
    elif (person := people.get(user_id)) is not None:
        stated = person.explicit or UserDocument(user_id=user_id)
        person.explicit = merged(stated, _statement(action, generation.catalogue, target))


def experience(people: People, user_id: str, events: EventColumns) -> None:
    """Let a person have experienced events that stand in no log, until the end of the rehearsal."""
    person, usable = people.get(user_id), people.usable([user_id], np.zeros(len(events), dtype=np.int64), events)
    if person is not None:
        person.take_in(events.where(usable), events.where(~usable))


def signals(people: People, kind: EventType, rows: Rows, now: float) -> EventColumns:
    """One event of a kind on each row."""
    code = CODE_OF[kind]
    return EventColumns(
        sequence=np.arange(_AFTER_THE_LOG, _AFTER_THE_LOG + len(rows)),
        rows=rows,
        codes=np.full(len(rows), code, dtype=np.int8),
        weights=np.full(len(rows), people.signals.weight[code], dtype=np.float32),
        times=np.full(len(rows), now),
    )


@contextmanager
def rehearsing(people: People, user_id: str) -> Iterator[None]:
    """What is done to a person inside is forgotten at the end.

    Raises:
        KeyError: nothing is known of the person.
    """
    person = people.get(user_id)
    if person is None:
        raise KeyError(user_id)
    person.features = None  # they follow from the rest, and know the whole catalogue
    before = deepcopy(person, {id(person.learn): person.learn})
    try:
        yield
    finally:
        for field in fields(person):
            setattr(person, field.name, getattr(before, field.name))


def tag_to_mute(catalogue: Catalogue, target: int) -> str | None:
    """The rarest tag of an item; None for an item without tags."""
    tags = catalogue.tags(target)
    bearers = np.bincount(catalogue.snapshot.items.tags.codes, minlength=len(catalogue.tag_words))
    return catalogue.tag_words.names[int(tags[np.argmin(bearers[tags])])] if len(tags) else None


def _statement(action: Action, catalogue: Catalogue, target: int) -> dict[str, Any]:
    """The merge patch of a profile that states it, as `PUT /users/{id}/interests/{topic}` and the profile do."""
    topic, tag = catalogue.topic_slugs[int(catalogue.topics.at(target))], tag_to_mute(catalogue, target)
    if action is Action.LESS_OF_TOPIC:
        return {"preferences": {"less_of": [topic]}}
    return {"muted": {"topics": [topic]} if action is Action.MUTE_TOPIC else {"tags": [tag] if tag else []}}
