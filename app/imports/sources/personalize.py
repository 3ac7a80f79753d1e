"""Amazon Personalize: CSV files of interactions, items and users, by the names that its schemas reserve.

Times are seconds. An impression is a list of items joined by bars: it is what was shown, so each of them becomes an
impression, and the row itself the event on its item.
"""

from __future__ import annotations

from typing import Final

from app.imports.cells import number
from app.imports.kinds import Kind, Row
from app.imports.sources.source import Found, Reading, Source
from app.imports.sources.values import attributes_of, filled
from app.imports.times import Unit

_ITEM_FIELDS: Final = (
    "ITEM_ID",
    "CREATION_TIMESTAMP",
    "TITLE",
    "NAME",
    "PRODUCT_NAME",
    "PRODUCT_DESCRIPTION",
    "DESCRIPTION",
    "GENRES",
    "GENRE_L2",
    "GENRE_L3",
    "CATEGORY_L1",
    "CATEGORY_L2",
    "CATEGORY_L3",
    "CATEGORY",
    "CONTENT_OWNER",
    "BRAND",
    "CONTENT_TYPE",
)
_TAGS: Final = ("GENRES", "GENRE_L2", "GENRE_L3", "CATEGORY", "CATEGORY_L1", "CATEGORY_L2", "CATEGORY_L3")
_TEXTS: Final = ("PRODUCT_DESCRIPTION", "DESCRIPTION")


def _events(row: Row) -> Found:
    shared = filled(
        user_id=row.get("USER_ID"),
        occurred_at=row.get("TIMESTAMP"),
        recommendation_id=row.get("RECOMMENDATION_ID"),
    )
    for place, shown in enumerate(filter(None, str(row.get("IMPRESSION") or "").split("|"))):
        yield {**shared, "item_id": shown, "type": "impression", "position": place}
    yield shared | filled(
        item_id=row.get("ITEM_ID"),
        type=row.get("EVENT_TYPE") or "interaction",
        value=number(row.get("EVENT_VALUE"), "."),
        event_id=row.get("EVENT_ID"),
    )


def _items(row: Row) -> Found:
    title = row.get("TITLE") or row.get("NAME") or row.get("PRODUCT_NAME")
    text = next((row[name] for name in _TEXTS if row.get(name)), None)
    item_id = row.get("ITEM_ID")
    yield filled(
        item_id=item_id,
        title=title or (None if text else item_id),
        text=text,
        tags=[tag for name in _TAGS for tag in str(row.get(name) or "").split("|") if tag],
        provider=row.get("BRAND") or row.get("CONTENT_OWNER"),
        format=row.get("CONTENT_TYPE"),
        published_at=row.get("CREATION_TIMESTAMP"),
        attributes=attributes_of(row, _ITEM_FIELDS, typed=True),
    )


def _users(row: Row) -> Found:
    yield filled(user_id=row.get("USER_ID"), attributes=attributes_of(row, ("USER_ID",), typed=True))


PERSONALIZE: Final = Source(
    name="personalize",
    title="Amazon Personalize",
    readings={
        Kind.EVENTS: Reading(
            marks=[frozenset({"USER_ID", "ITEM_ID", "TIMESTAMP"})],
            rows=_events,
            fields={
                "user_id": "USER_ID",
                "item_id": "ITEM_ID; of IMPRESSION each",
                "type": "EVENT_TYPE, or interaction; impression of each in IMPRESSION",
                "value": "EVENT_VALUE",
                "occurred_at": "TIMESTAMP",
                "recommendation_id": "RECOMMENDATION_ID",
            },
        ),
        Kind.ITEMS: Reading(
            marks=[frozenset({"ITEM_ID", mark}) for mark in ("CREATION_TIMESTAMP", "CATEGORY_L1", "GENRES")],
            rows=_items,
            fields={
                "item_id": "ITEM_ID",
                "title": "TITLE, NAME or PRODUCT_NAME, or the id",
                "text": "PRODUCT_DESCRIPTION or DESCRIPTION",
                "tags": "GENRES, CATEGORY, CATEGORY_L1 to L3, without their bars",
                "provider": "BRAND or CONTENT_OWNER",
                "format": "CONTENT_TYPE",
                "published_at": "CREATION_TIMESTAMP",
                "attributes": "all other columns",
            },
            recognises=lambda file: "USER_ID" not in file.columns,
        ),
        Kind.USERS: Reading(
            marks=[frozenset({"USER_ID"})],
            rows=_users,
            fields={"user_id": "USER_ID", "attributes": "all other columns that the charter declares"},
            recognises=lambda file: "ITEM_ID" not in file.columns,
        ),
    },
    types={
        "interaction": "click",
        "Purchase": "purchase",
        "View": "view",
        "Watch": "watch",
        "AddToCart": "add_to_cart",
        "detail_page_view": "view",
    },
    unit=Unit.SECONDS,
)
