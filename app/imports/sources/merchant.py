"""Google Merchant Center: product feeds as tables (TSV, CSV) or as RSS or Atom with its fields.

A price is an amount and a currency; what can be bought now is in stock; of a category's path every step is a tag.
"""

from __future__ import annotations

from typing import Final

from app.imports.column_names import snake
from app.imports.kinds import Kind, Row
from app.imports.sources.source import Found, Reading, Source
from app.imports.sources.values import attributes_of, filled, in_stock, price, short_path

_TAKEN: Final = frozenset(
    {
        "id",
        "title",
        "description",
        "link",
        "brand",
        "product_type",
        "google_product_category",
        "availability",
        "price",
        "sale_price",
        "image_link",
        "expiration_date",
    }
)


def _items(row: Row) -> Found:
    given = {snake(name): value for name, value in row.items()}
    kinds = given.get("product_type")
    paths = [*(kinds if isinstance(kinds, list) else [kinds]), given.get("google_product_category")]
    amount, reduced = price(given.get("price")), price(given.get("sale_price"))
    yield filled(
        item_id=given.get("id"),
        title=given.get("title"),
        text=given.get("description"),
        tags=list(dict.fromkeys(step for path in paths for step in short_path(path))),
        provider=given.get("brand"),
        url=given.get("link"),
        format="product",
        expires_at=given.get("expiration_date"),
        attributes={
            **attributes_of(given, _TAKEN),
            **amount,
            **filled(
                sale_price=reduced.get("price"),
                in_stock=in_stock(given.get("availability")),
                image=given.get("image_link"),
                category=given.get("product_type") or given.get("google_product_category"),
            ),
        },
    )


MERCHANT: Final = Source(
    name="merchant",
    title="Google Merchant Center",
    readings={
        Kind.ITEMS: Reading(
            marks=[
                frozenset({"id", "title", "availability", "price"}),
                frozenset({"id", "title", "link", "google_product_category"}),
                frozenset({"id", "title", "link", "image_link", "price"}),
                frozenset({"id", "title", "image link", "availability", "price"}),
            ],
            rows=_items,
            fields={
                "item_id": "id",
                "title": "title",
                "text": "description",
                "tags": "the steps of product_type and google_product_category",
                "provider": "brand",
                "url": "link",
                "format": "product",
                "expires_at": "expiration_date",
                "attributes": "price and currency, sale_price, in_stock, image, category, and all other columns",
            },
        )
    },
)
