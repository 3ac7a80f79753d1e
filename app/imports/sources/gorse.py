"""Gorse: its bulk exports (users.jsonl, items.jsonl, feedback.jsonl) and the CSV files of older versions.

A feedback is told by its type, person and item, so a repeated one is the same whenever it came. Times are RFC 3339 or
as Go prints them; the year 1 is a missing one. An item has no title: its comment stands for one, its labels and
categories are its tags. The binary dump of `/api/dump` is read by Gorse alone.
"""

from __future__ import annotations

import re
from typing import Any, Final

from app.imports.cells import entries, number, structure, yes_or_no
from app.imports.kinds import Kind, Row
from app.imports.sources.source import Aside, Found, Reading, Source
from app.imports.sources.values import filled, first, texts, words_of

_GO_ZONE: Final = re.compile(r" ([+-]\d{4}) [A-Z][A-Za-z]{0,4}$")


def _events(row: Row) -> Found:
    yield filled(
        user_id=first(row, "UserId", "user_id"),
        item_id=first(row, "ItemId", "item_id"),
        type=first(row, "FeedbackType", "feedback_type"),
        value=_value(first(row, "Value", "value")),
        occurred_at=_time(first(row, "Timestamp", "time_stamp")),
    )


def _items(row: Row) -> Found:
    if yes_or_no(first(row, "IsHidden", "is_hidden")) is True:
        yield Aside("hidden items")
        return
    item_id, comment = first(row, "ItemId", "item_id"), first(row, "Comment", "comment", "description")
    yield filled(
        item_id=item_id,
        title=comment or (str(item_id) if item_id is not None else None),
        tags=[*_list(first(row, "Categories", "categories")), *_labels(row)],
        published_at=_time(first(row, "Timestamp", "time_stamp")),
    )


def _users(row: Row) -> Found:
    yield filled(user_id=first(row, "UserId", "user_id"), preferences=filled(tags=_labels(row)))


def _labels(row: Row) -> list[str]:
    """All texts of the labels, which are whatever JSON somebody chose, or a list with bars between."""
    labels = first(row, "Labels", "labels")
    as_json = not isinstance(labels, str) or labels.lstrip().startswith(("{", "["))
    return words_of(structure(labels)) if as_json else _list(labels)


def _list(value: Any) -> list[str]:
    return texts(entries(value)) if value is not None else []


def _value(value: Any) -> Any:
    """0 is what Gorse writes where no value was given."""
    found = number(value, ".")
    return None if found == 0 else found


def _time(value: Any) -> Any:
    if not isinstance(value, str):
        return value
    return None if value.startswith("0001-") else _GO_ZONE.sub(r"\1", value.replace("  ", " "))


GORSE: Final = Source(
    name="gorse",
    title="Gorse",
    readings={
        Kind.EVENTS: Reading(
            marks=[frozenset({"FeedbackType", "UserId", "ItemId"}), frozenset({"feedback_type", "user_id", "item_id"})],
            rows=_events,
            fields={
                "user_id": "UserId",
                "item_id": "ItemId",
                "type": "FeedbackType",
                "value": "Value, where it is not 0",
                "occurred_at": "Timestamp",
                "event_id": "type, person and item, as in Gorse",
            },
        ),
        Kind.ITEMS: Reading(
            marks=[
                frozenset({"ItemId", "IsHidden"}),
                frozenset({"ItemId", "Categories", "Labels"}),
                frozenset({"item_id", "is_hidden"}),
                frozenset({"item_id", "labels", "time_stamp"}),
            ],
            rows=_items,
            fields={
                "item_id": "ItemId",
                "title": "Comment, or the id",
                "tags": "Categories and Labels",
                "published_at": "Timestamp",
            },
        ),
        Kind.USERS: Reading(
            marks=[frozenset({"UserId", "Labels"}), frozenset({"user_id", "labels", "subscribe"})],
            rows=_users,
            fields={"user_id": "UserId", "preferences.tags": "Labels"},
        ),
    },
    types={"star": "save", "read": "view"},
    timeless=True,
)
