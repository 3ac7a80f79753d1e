"""Metarank: events of four kinds, one object a line; times are milliseconds.

A ranking is what was shown: each of its items becomes an impression at its place, and the answer's id is the ranking's,
which interactions name. Who has no id is a guest under the session.
"""

from __future__ import annotations

from typing import Any, Final

from app.imports.cells import number
from app.imports.kinds import Kind, Row
from app.imports.sources.source import Aside, Found, Reading, Source
from app.imports.sources.values import filled, first, objects
from app.imports.times import Unit

_TITLES: Final = ("title", "name")
_TEXTS: Final = ("description", "text", "overview", "body")
_TAGS: Final = ("tags", "genres", "category", "categories", "keywords")


def _events(row: Row) -> Found:
    kind = row.get("event")
    shared = filled(user_id=first(row, "user", "session"), occurred_at=_time(row.get("timestamp")))
    if kind == "ranking":
        for place, shown in enumerate(objects(row.get("items"))):
            more = filled(item_id=shown.get("id"), recommendation_id=row.get("id"))
            yield {**shared, **more, "type": "impression", "position": place}
    elif kind == "interaction":
        more = filled(event_id=row.get("id"), recommendation_id=row.get("ranking"))
        yield shared | more | filled(item_id=row.get("item"), type=row.get("type"))
    else:
        yield Aside(f"events of the kind {kind}")


def _items(row: Row) -> Found:
    if row.get("event") != "item":
        yield Aside(f"events of the kind {row.get('event')}")
        return
    fields = _fields(row)
    rest = {name: value for name, value in fields.items() if name not in {*_TITLES, *_TEXTS, *_TAGS, "url"}}
    text = first(fields, *_TEXTS)
    yield filled(
        item_id=row.get("item"),
        title=first(fields, *_TITLES) or (None if text else row.get("item")),
        text=text,
        tags=[tag for name in _TAGS if name in fields for tag in _listed(fields[name])],
        url=fields.get("url"),
        attributes=rest,
    )


def _users(row: Row) -> Found:
    if row.get("event") != "user":
        yield Aside(f"events of the kind {row.get('event')}")
        return
    yield filled(user_id=row.get("user"), attributes=_fields(row))


def _fields(row: Row) -> Row:
    return {
        str(each.get("name")): each["value"] for each in objects(row.get("fields")) if each.get("value") is not None
    }


def _listed(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [value]


def _time(value: Any) -> Any:
    """Milliseconds, which Metarank takes as text too."""
    return number(value, ".")


METARANK: Final = Source(
    name="metarank",
    title="Metarank",
    readings={
        Kind.EVENTS: Reading(
            marks=[frozenset({"event", "timestamp", "type", "item"}), frozenset({"event", "timestamp", "items"})],
            rows=_events,
            fields={
                "event_id": "id of an interaction",
                "user_id": "user, or else session",
                "item_id": "item; of items each",
                "type": "type; impression of each of a ranking",
                "occurred_at": "timestamp",
                "recommendation_id": "ranking",
            },
        ),
        Kind.ITEMS: Reading(
            marks=[frozenset({"event", "item", "fields"})],
            rows=_items,
            fields={
                "item_id": "item",
                "title": "the field title or name",
                "text": "description, text, overview or body",
                "tags": "tags, genres, category and keywords",
                "attributes": "all other fields",
            },
        ),
        Kind.USERS: Reading(
            marks=[frozenset({"event", "user", "fields"})],
            rows=_users,
            fields={"user_id": "user", "attributes": "fields that the charter declares"},
        ),
    },
    types={"cart": "add_to_cart", "favorite": "save", "wishlist": "save"},
    unit=Unit.MILLISECONDS,
)
