"""Segment and RudderStack: calls of `track`, one object a line, by the names of their e-commerce specification.

A call about several products becomes an event on each; its own id is kept where it is about one. Who is not signed in
is a guest under the anonymous id, whom `merge` joins to a person. Calls of other types, and events that are about no
item, are left out.
"""

from __future__ import annotations

from typing import Any, Final

from app.imports.kinds import Kind, Row
from app.imports.sources.source import Aside, Found, Reading, Source
from app.imports.sources.values import filled, first, inside, objects

_ITEM: Final = ("product_id", "item_id", "content_id", "content_asset_id", "asset_id", "sku", "id")
_ITEMLESS: Final = "events about no item"


def _events(row: Row) -> Found:
    call = row.get("type", "track")
    if call != "track":
        yield Aside(f"calls of {call}")
        return
    properties = row.get("properties") or {}
    listed = objects(inside(properties, "products"))
    items = [found for each in listed or [properties] if isinstance(each, dict) and (found := first(each, *_ITEM))]
    if not items:
        yield Aside(_ITEMLESS)
    message = first(row, "messageId", "message_id")
    for each, item_id in zip(listed or [properties], items, strict=False):
        yield filled(
            event_id=f"{message}:{item_id}" if message and len(items) > 1 else message,
            user_id=first(row, "userId", "user_id", "anonymousId", "anonymous_id"),
            item_id=item_id,
            type=first(row, "event", "event_name"),
            value=_amount(row.get("event"), each),
            occurred_at=first(row, "timestamp", "originalTimestamp", "sentAt", "receivedAt"),
        )


def _amount(event: Any, product: dict[str, Any]) -> Any:
    """What was paid for an item."""
    price, quantity = product.get("price"), product.get("quantity", 1)
    if event != "Order Completed" or not isinstance(price, int | float):
        return None
    return round(price * quantity, 2) if isinstance(quantity, int | float) else price


def _users(row: Row) -> Found:
    if row.get("type") != "identify":
        yield Aside(f"calls of {row.get('type')}")
        return
    traits = row.get("traits") or inside(row, "context", "traits") or {}
    yield filled(
        user_id=first(row, "userId", "user_id", "anonymousId"),
        attributes={name: value for name, value in traits.items() if value is not None},
    )


SEGMENT: Final = Source(
    name="segment",
    title="Segment or RudderStack",
    readings={
        Kind.EVENTS: Reading(
            marks=[
                frozenset({"event", "properties", key}) for key in ("messageId", "anonymousId", "userId", "context")
            ],
            rows=_events,
            fields={
                "event_id": "messageId",
                "user_id": "userId, or else anonymousId",
                "item_id": "product_id or the like of properties, or of each of its products",
                "type": "event",
                "value": "price by quantity, of an order",
                "occurred_at": "timestamp",
            },
        ),
        Kind.USERS: Reading(
            marks=[frozenset({"type", "traits", key}) for key in ("messageId", "anonymousId", "userId", "context")],
            rows=_users,
            fields={"user_id": "userId", "attributes": "traits that the charter declares"},
        ),
    },
    types={
        "Product Viewed": "view",
        "Product Clicked": "click",
        "Product List Viewed": "impression",
        "Product List Filtered": "",
        "Products Searched": "",
        "Product Added": "add_to_cart",
        "Product Removed": "",
        "Cart Viewed": "",
        "Checkout Started": "",
        "Checkout Step Viewed": "",
        "Checkout Step Completed": "",
        "Payment Info Entered": "",
        "Order Updated": "",
        "Order Refunded": "",
        "Order Cancelled": "",
        "Order Completed": "purchase",
        "Product Added to Wishlist": "save",
        "Wishlist Product Added to Cart": "add_to_cart",
        "Product Removed from Wishlist": "",
        "Product Shared": "share",
        "Product Reviewed": "",
        "Video Playback Completed": "complete",
        "Video Content Completed": "complete",
        "Video Content Started": "view",
        "Video Playback Started": "view",
        "Article Viewed": "view",
        "Article Completed": "complete",
    },
)
