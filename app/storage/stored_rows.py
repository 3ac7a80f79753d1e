"""Rows as statements of either database find them, as values: times are microseconds since 1970, JSON is text."""

from __future__ import annotations

from typing import Any

from app.storage.event_types import TypeCodes
from app.storage.rows import Forgetting, HeldEvent, NewEvent, UserRow
from app.storage.timestamps import seconds


def held_event(types: TypeCodes, row: tuple[Any, ...]) -> HeldEvent:
    """An event with all its fields."""
    sequence, event_id, user_id, item_id, code, occurred, received, value, answer, position, context, *marks = row
    awaiting, forgotten = marks
    event = NewEvent(
        event_id=event_id,
        user_id=user_id,
        item_id=item_id,
        type=types.name(code),
        occurred_at=seconds(occurred),
        received_at=seconds(received),
        value=value,
        recommendation_id=answer,
        position=position,
        context=None if context is None else context.encode(),
        awaiting_item=awaiting,
    )
    return HeldEvent(sequence, event, forgotten)


def forgetting(number: int, user_id: str, *rest: Any) -> Forgetting:
    """A decision to forget."""
    scope, made_at, keeps_seen, undo_until, topic, since, final = rest
    return Forgetting(
        number=number,
        user_id=user_id,
        scope=scope,
        made_at=seconds(made_at),
        keeps_seen=keeps_seen,
        undo_until=seconds(undo_until),
        topic=topic,
        since=None if since is None else seconds(since),
        final=final,
    )


def user_row(user_id: str, profile: str | None, *rest: Any) -> UserRow:
    """What is kept of a person beside the events."""
    personalization, epoch, reset_at, keeps_seen, created_at, updated_at = rest
    return UserRow(
        user_id=user_id,
        profile=None if profile is None else profile.encode(),
        personalization=personalization,
        epoch=epoch,
        reset_at=None if reset_at is None else seconds(reset_at),
        off_keeps_seen=keeps_seen,
        created_at=seconds(created_at),
        updated_at=seconds(updated_at),
    )
