"""Recombee: batches of requests, or lists of interactions and items as its API gives them.

What was done is told by the endpoint (`/detailviews/`), by a field `interactionType`, or by what the row has: a rating,
a portion, an amount. Times are ISO or seconds. A rating is -1 to 1 there and 1 to 5 here; a view with a duration is a
dwell besides.
"""

from __future__ import annotations

from typing import Any, Final

from app.imports.cells import number
from app.imports.kinds import Kind, Row
from app.imports.sources.source import Aside, Found, Reading, Source
from app.imports.sources.values import attributes_of, filled, first
from app.imports.times import Unit

_ENDPOINTS: Final = ("detailviews", "purchases", "ratings", "cartadditions", "bookmarks", "viewportions")
_ITEM_FIELDS: Final = ("itemId", "item_id", "title", "name", "description", "categories", "genres", "url", "brand")


def _events(row: Row) -> Found:
    given = _parameters(row)
    kind = _kind(row, given)
    if kind not in _ENDPOINTS or row.get("method", "POST").upper() not in {"POST", "PUT"}:
        yield Aside("requests that add no interaction")
        return
    shared = filled(
        user_id=first(given, "userId", "user_id"),
        item_id=first(given, "itemId", "item_id"),
        occurred_at=given.get("timestamp"),
        recommendation_id=first(given, "recommId", "recomm_id"),
    )
    yield shared | filled(type=kind, value=_value(kind, given))
    if kind == "detailviews" and (seconds := number(given.get("duration"), ".")):
        yield {**shared, "type": "dwell", "value": seconds}


def _parameters(row: Row) -> Row:
    """Of a request in a batch its parameters, with what stands in its path."""
    params = row.get("params")
    return {**row, **params} if isinstance(params, dict) else row


def _kind(row: Row, given: Row) -> str:
    named = str(first(row, "path", "interactionType", "interaction_type", "type") or "")
    steps = [step.lower().replace("_", "").replace("-", "").replace(" ", "") for step in named.split("/") if step]
    for step in steps:
        if (found := step if step.endswith("s") else f"{step}s") in _ENDPOINTS:
            return found
    by_fields = (
        ("rating", "ratings"),
        ("portion", "viewportions"),
        ("duration", "detailviews"),
        ("amount", "purchases"),
    )
    return next((kind for name, kind in by_fields if name in given and not named), "")


def _value(kind: str, given: Row) -> Any:
    """A rating from 1 to 5; a portion; what was paid."""
    if kind == "ratings":
        rating = number(given.get("rating"), ".")
        return 3 + 2 * rating if isinstance(rating, int | float) else rating
    if kind == "viewportions":
        return number(given.get("portion"), ".")
    if kind == "purchases":
        price, amount = number(given.get("price"), "."), number(given.get("amount", 1), ".")
        return price * amount if isinstance(price, int | float) and isinstance(amount, int | float) else None
    return None


def _items(row: Row) -> Found:
    item_id = first(row, "itemId", "item_id")
    listed = first(row, "categories", "genres")
    yield filled(
        item_id=item_id,
        title=first(row, "title", "name") or (None if row.get("description") else item_id),
        text=row.get("description"),
        tags=listed if isinstance(listed, list) else [listed] if listed else None,
        provider=row.get("brand"),
        url=row.get("url"),
        attributes=attributes_of(row, _ITEM_FIELDS),
    )


RECOMBEE: Final = Source(
    name="recombee",
    title="Recombee",
    readings={
        Kind.EVENTS: Reading(
            marks=[
                frozenset({"method", "path", "params"}),
                frozenset({"userId", "itemId", "timestamp"}),
                frozenset({"userId", "itemId", "interactionType"}),
            ],
            rows=_events,
            fields={
                "user_id": "userId",
                "item_id": "itemId",
                "type": "path, interactionType, or what the row has",
                "value": "rating (-1 to 1 as 1 to 5), portion, price by amount",
                "occurred_at": "timestamp",
                "recommendation_id": "recommId",
            },
            recognises=lambda file: not {"messageId", "event", "event_name"} & {*file.columns},
        ),
        Kind.ITEMS: Reading(
            marks=[frozenset({"itemId", "title"}), frozenset({"itemId", "name"}), frozenset({"itemId", "description"})],
            rows=_items,
            fields={
                "item_id": "itemId",
                "title": "title or name",
                "text": "description",
                "tags": "categories or genres",
                "provider": "brand",
                "url": "url",
                "attributes": "all other properties",
            },
        ),
    },
    types={
        "detailviews": "view",
        "purchases": "purchase",
        "ratings": "rating",
        "cartadditions": "add_to_cart",
        "bookmarks": "save",
        "viewportions": "watch",
    },
    unit=Unit.SECONDS,
)
