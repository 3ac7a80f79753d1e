"""Algolia Insights: events as they are sent to its API; times are milliseconds.

An event is about each of its objects. A conversion is told by its subtype: addToCart, purchase; else it is a click with
consequences that nobody knows, and unknown unless `--type conversion=TYPE` says what it is.
"""

from __future__ import annotations

from typing import Any, Final

from app.imports.cells import entries, number
from app.imports.kinds import Kind, Row
from app.imports.sources.source import Aside, Found, Reading, Source
from app.imports.sources.values import filled, first, objects
from app.imports.times import Unit


def _events(row: Row) -> Found:
    ids = entries(first(row, "objectIDs", "object_ids"))
    if not ids:
        yield Aside("events about filters")
        return
    paid, places = objects(row.get("objectData")), row.get("positions") or []
    for number_, item_id in enumerate(ids):
        yield filled(
            user_id=first(row, "authenticatedUserToken", "userToken"),
            item_id=item_id,
            type=first(row, "eventSubtype", "eventType"),
            value=_amount(paid[number_]) if number_ < len(paid) else None,
            occurred_at=number(row.get("timestamp"), "."),
            recommendation_id=row.get("queryID"),
            position=places[number_] - 1 if number_ < len(places) and isinstance(places[number_], int) else None,
        )


def _amount(data: Row) -> Any:
    price, quantity = number(data.get("price"), "."), number(data.get("quantity", 1), ".")
    return round(price * quantity, 2) if isinstance(price, int | float) and isinstance(quantity, int | float) else None


def _items(row: Row) -> Found:
    text = first(row, "description", "content")
    tags = [tag for name in ("_tags", "categories", "tags", "genre") for tag in _listed(row.get(name))]
    taken = {
        "objectID",
        "title",
        "name",
        "description",
        "content",
        "_tags",
        "categories",
        "tags",
        "genre",
        "brand",
        "url",
    }
    yield filled(
        item_id=row.get("objectID"),
        title=first(row, "title", "name") or (None if text else row.get("objectID")),
        text=text,
        tags=tags,
        provider=row.get("brand"),
        url=row.get("url"),
        attributes={name: value for name, value in row.items() if name not in taken and value is not None},
    )


def _listed(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [value] if value else []


ALGOLIA: Final = Source(
    name="algolia",
    title="Algolia",
    readings={
        Kind.EVENTS: Reading(
            marks=[frozenset({"eventType", "userToken"})],
            rows=_events,
            fields={
                "user_id": "authenticatedUserToken, or else userToken",
                "item_id": "each of objectIDs",
                "type": "eventSubtype, or else eventType",
                "value": "price by quantity of objectData",
                "occurred_at": "timestamp",
                "recommendation_id": "queryID",
                "position": "positions, from 0",
            },
        ),
        Kind.ITEMS: Reading(
            marks=[frozenset({"objectID"})],
            rows=_items,
            fields={
                "item_id": "objectID",
                "title": "title or name",
                "text": "description or content",
                "tags": "_tags, categories, tags and genre",
                "provider": "brand",
                "url": "url",
                "attributes": "all other attributes",
            },
        ),
    },
    types={"addToCart": "add_to_cart", "purchase": "purchase", "click": "click", "view": "view"},
    unit=Unit.MILLISECONDS,
)
