"""Google Analytics 4, as BigQuery exports it: arrays or lines of JSON, or Parquet.

Times are microseconds. Who is not signed in is a guest under the pseudonymous id. An event is about each of its items,
or about what its parameters `item_id` or `content_id` name; for a site without products, `--map item_id=page_location`
makes pages items. Events about nothing, such as session_start, are left out.
"""

from __future__ import annotations

from typing import Any, Final

from app.imports.kinds import Kind, Row
from app.imports.sources.source import Aside, Found, Reading, Source
from app.imports.sources.values import filled, first, objects
from app.imports.times import Unit

_NOT_SET: Final = frozenset({None, "", "(not set)", "(other)"})
_VALUES: Final = ("string_value", "int_value", "double_value", "float_value")


def _events(row: Row) -> Found:
    parameters = parameters_of(row)
    products = [each for each in objects(row.get("items")) if each.get("item_id") not in _NOT_SET]
    named = first({**parameters, **row}, "item_id", "content_id")
    products = [] if "item_id" in row else products
    if not products and named in _NOT_SET:
        yield Aside("events about no item")
    for each in products or ([{"item_id": named}] if named not in _NOT_SET else []):
        yield filled(
            user_id=first(row, "user_id", "user_pseudo_id"),
            item_id=each["item_id"],
            type=row.get("event_name"),
            value=_value(row.get("event_name"), each, parameters),
            occurred_at=row.get("event_timestamp"),
        )


def parameters_of(row: Row) -> Row:
    """The parameters of an event by name: BigQuery writes them as a list of names and values of four types."""
    found: Row = {}
    for each in objects(row.get("event_params")):
        value = each.get("value")
        told = first(value, *_VALUES) if isinstance(value, dict) else value
        if told is not None:
            found[str(each.get("key"))] = told
    return found


def _value(event: Any, item: Row, parameters: Row) -> Any:
    """What was paid for an item, or how far somebody scrolled, told in percent."""
    if event == "purchase":
        price, quantity = item.get("price"), item.get("quantity") or 1
        return _number(price) * (_number(quantity) or 1) if _number(price) is not None else None
    if event == "scroll":
        share = _number(parameters.get("percent_scrolled"))
        return (share if share is not None else 90.0) / 100
    return None


def _number(value: Any) -> Any:
    try:
        return float(value)
    except (TypeError, ValueError):
        return None


GA4: Final = Source(
    name="ga4",
    title="Google Analytics 4",
    readings={
        Kind.EVENTS: Reading(
            marks=[frozenset({"event_name", "event_timestamp", "user_pseudo_id"})],
            rows=_events,
            fields={
                "user_id": "user_id, or else user_pseudo_id",
                "item_id": "item_id of each of items, or the parameter item_id or content_id",
                "type": "event_name",
                "value": "price by quantity of a purchase, share of a scroll",
                "occurred_at": "event_timestamp",
            },
            inner=parameters_of,
        )
    },
    types={
        "page_view": "view",
        "screen_view": "view",
        "view_item": "view",
        "view_item_list": "impression",
        "select_item": "click",
        "select_content": "click",
        "scroll": "scroll",
        "add_to_cart": "add_to_cart",
        "add_to_wishlist": "save",
        "purchase": "purchase",
        "in_app_purchase": "purchase",
        "ecommerce_purchase": "purchase",
        "share": "share",
        "video_start": "view",
        "video_complete": "complete",
        "remove_from_cart": "",
        "view_cart": "",
        "begin_checkout": "",
        "add_payment_info": "",
        "add_shipping_info": "",
        "refund": "",
        "view_promotion": "",
        "select_promotion": "",
        "video_progress": "",
        "user_engagement": "",
        "session_start": "",
        "first_visit": "",
    },
    unit=Unit.MICROSECONDS,
)
