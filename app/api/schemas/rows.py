"""What became of the rows of a body with many."""

from __future__ import annotations

from typing import Literal

from app.api.schemas.base import Answer
from app.api.schemas.problem import FieldError


class RowResult(Answer):
    """What became of a row."""

    row: int
    """From 1; in NDJSON the number of the line."""

    errors: list[FieldError] | None = None
    """What is wrong with it, if it was rejected or is in conflict."""

    message: str | None = None
    """What else there is to know."""


class ItemRow(RowResult):
    """What became of an item."""

    item_id: str | None
    """As it was sent; null where the row has none."""

    status: Literal["created", "updated", "rejected"]


class EventRow(RowResult):
    """What became of an event."""

    event_id: str | None
    """As it was sent; null where the row has none."""

    status: Literal["accepted", "awaiting_item", "duplicate", "conflict", "ignored", "rejected"]
    """What is on an item that the catalogue does not have waits until the item comes. A duplicate was accepted before,
    or is a further impression of an item in one answer; a conflict bears the id of another event of its person; what
    may not be stored, as from before its person's last reset, is ignored."""

    reason: Literal["too_old", "forgotten", "personalization_off", "sensitive", "too_many"] | None = None
    """Why it was ignored: older than the charter keeps such events, from before or about what the person forgot, of a
    person who switched personalization off, or on a sensitive topic without permission; `message` says it in words. Or
    why it was rejected, if for no fault of its own: too many of the person's came in a minute."""


class ItemCounts(Answer):
    """Rows by what became of them."""

    created: int
    updated: int
    rejected: int


class EventCounts(Answer):
    """Rows by what became of them."""

    accepted: int
    awaiting_item: int = 0
    duplicate: int
    conflict: int = 0
    ignored: int
    rejected: int


class ItemResults(Answer):
    """What became of every row."""

    counts: ItemCounts
    results: list[ItemRow]


class EventResults(Answer):
    """What became of every row."""

    counts: EventCounts
    results: list[EventRow]
