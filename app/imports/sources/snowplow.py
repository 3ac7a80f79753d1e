"""Snowplow: enriched events as JSON (analytics SDK), CSV or Parquet; times are UTC, and none says so.

What an event is about stands in its product entities, or in the event itself; what was done, in the type of its
e-commerce action. Who is not signed in is a guest under the cookie's id. Events about nothing are left out.
"""

from __future__ import annotations

from typing import Any, Final

from app.imports.cells import structure
from app.imports.kinds import Kind, Row
from app.imports.sources.source import Aside, Found, Reading, Source
from app.imports.sources.values import filled, first, inside, objects

_PRODUCT: Final = "contexts_com_snowplowanalytics_snowplow_ecommerce_product_1"
_ACTION: Final = "unstruct_event_com_snowplowanalytics_snowplow_ecommerce_snowplow_ecommerce_action_1"
_IDS: Final = ("id", "item_id", "itemId", "product_id", "productId", "content_id", "contentId", "sku")
_WHOLE: Final = ("contexts", "unstruct_event")


def _events(row: Row) -> Found:
    entities = [each for name, value in row.items() if name.startswith("contexts") for each in _data(value)]
    said = _said(row)
    products = [found for each in _data(row.get(_PRODUCT)) or entities if (found := first(each, "id", *_IDS[1:]))]
    items = products or [found for found in (first(said, *_IDS),) if found]
    if not items:
        yield Aside("events about no item")
    own = row.get("event_id")
    for item_id in items:
        yield filled(
            event_id=f"{own}:{item_id}" if own and len(items) > 1 else own,
            user_id=first(row, "user_id", "domain_userid", "network_userid"),
            item_id=item_id,
            type=said.get("type") or first(row, "event_name", "event"),
            occurred_at=first(row, "derived_tstamp", "collector_tstamp"),
        )


def _said(row: Row) -> Row:
    """What a self-describing event holds."""
    found = structure(row.get(_ACTION))
    if isinstance(found, dict):
        return found
    for name, value in row.items():
        if name.startswith("unstruct_event") and isinstance(told := structure(value), dict):
            data = inside(told, "data", "data")
            return data if isinstance(data, dict) else told
    return {}


def _data(value: Any) -> list[Row]:
    """The entities of a column, written as a list or as a self-describing JSON around one."""
    found = structure(value)
    if isinstance(found, dict):
        found = found.get("data")
    return [each["data"] if isinstance(each.get("data"), dict) else each for each in objects(found)]


SNOWPLOW: Final = Source(
    name="snowplow",
    title="Snowplow",
    readings={
        Kind.EVENTS: Reading(
            marks=[frozenset({"event_id", "event_name", "domain_userid"}), frozenset({"event_id", "derived_tstamp"})],
            rows=_events,
            fields={
                "event_id": "event_id",
                "user_id": "user_id, or else domain_userid",
                "item_id": "id of each product entity, or of the event",
                "type": "type of the e-commerce action, or event_name",
                "occurred_at": "derived_tstamp",
            },
        )
    },
    types={
        "product_view": "view",
        "add_to_cart": "add_to_cart",
        "remove_from_cart": "",
        "list_click": "click",
        "list_view": "impression",
        "transaction": "purchase",
        "refund": "",
        "trns_error": "",
        "checkout_step": "",
        "promo_view": "",
        "promo_click": "",
        "page_view": "view",
        "page_ping": "",
        "link_click": "click",
    },
    utc=True,
)
