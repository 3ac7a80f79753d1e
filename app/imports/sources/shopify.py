"""Shopify: the CSV file of products, with the names of columns of before and after 2025.

A product stands in several rows, one for each variant and image: they become one item under its handle, with the lowest
price of its variants, and in stock if any is. Products that are drafts, archived or not published are left out.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Final

from app.imports.cells import number
from app.imports.kinds import Kind, Row
from app.imports.sources.source import Aside, Found, Reading, Source
from app.imports.sources.values import filled, first, short_path
from indexer.readers import FileRow

_HANDLE: Final = ("Handle", "URL handle")
_PRICE: Final = ("Variant Price", "Price")
_STOCK: Final = ("Variant Inventory Qty", "Inventory quantity")
_POLICY: Final = ("Variant Inventory Policy", "Continue selling when out of stock")
_TRACKER: Final = ("Variant Inventory Tracker", "Inventory tracker")
_VARIANTS: Final = "variants"


def _gathered(rows: Iterator[FileRow]) -> Iterator[FileRow]:
    """One row for each product, which holds those of its variants; a handle stands in rows that follow each other."""
    head: FileRow | None = None
    parts: list[Row] = []
    for row in rows:
        if row.problem is not None or not isinstance(row.value, dict):
            yield row
            continue
        handle = first(row.value, *_HANDLE)
        if head is not None and handle not in {None, _handle(head)}:
            yield _whole(head, parts)
            head = None
        if head is None:
            head, parts = row, []
        parts.append(row.value)
    if head is not None:
        yield _whole(head, parts)


def _handle(row: FileRow) -> Any:
    return first(row.value, *_HANDLE) if isinstance(row.value, dict) else None


def _whole(head: FileRow, parts: list[Row]) -> FileRow:
    merged: Row = {}
    for part in reversed(parts):
        merged |= part
    return FileRow(head.number, {**merged, _VARIANTS: parts}, None, head.original)


def _items(row: Row) -> Found:
    status = str(row.get("Status") or "active").lower()
    published = str(first(row, "Published", "Published on online store") or "true").lower()
    if status != "active" or published == "false":
        yield Aside("products that are drafts, archived or not published")
        return
    kind = row.get("Type")
    yield filled(
        item_id=first(row, *_HANDLE),
        title=row.get("Title"),
        text=first(row, "Body (HTML)", "Description"),
        tags=list(dict.fromkeys([*_tags(row.get("Tags")), *([kind] if kind else []), *_category(row)])),
        provider=row.get("Vendor"),
        format="product",
        attributes=_attributes(row),
    )


def _tags(value: Any) -> list[str]:
    return [tag.strip() for tag in str(value or "").split(",") if tag.strip()]


def _category(row: Row) -> list[str]:
    path = short_path(first(row, "Product Category", "Product category"))
    return path[-1:]


def _attributes(row: Row) -> Row:
    variants = [each for each in row.get(_VARIANTS, ()) if first(each, *_PRICE) is not None]
    prices = [found for each in variants if isinstance(found := number(first(each, *_PRICE), "."), int | float)]
    stock = [known for each in variants if (known := _stocked(each)) is not None]
    return filled(
        price=min(prices, default=None),
        in_stock=any(stock) if stock else None,
        category=" > ".join(short_path(first(row, "Product Category", "Product category"))),
        image=first(row, "Image Src", "Product image URL"),
        variants=len(variants) if len(variants) > 1 else None,
    )


def _stocked(variant: Row) -> bool | None:
    """Whether a variant can be bought: what nobody counts, or is sold beyond its stock, always can."""
    quantity = number(first(variant, *_STOCK), ".")
    if str(first(variant, *_POLICY) or "").lower() in {"continue", "true"}:
        return True
    if not isinstance(quantity, int | float):
        return True if first(variant, *_TRACKER) is None else None
    return quantity > 0


SHOPIFY: Final = Source(
    name="shopify",
    title="Shopify",
    readings={
        Kind.ITEMS: Reading(
            marks=[
                frozenset({"Handle", "Title", "Variant Price"}),
                frozenset({"Handle", "Title", "Body (HTML)", "Vendor"}),
                frozenset({"URL handle", "Title", "Price"}),
            ],
            rows=_items,
            gather=_gathered,
            fields={
                "item_id": "Handle",
                "title": "Title",
                "text": "Body (HTML)",
                "tags": "Tags, Type, and the last step of Product Category",
                "provider": "Vendor",
                "format": "product",
                "attributes": "price (the lowest), in_stock, category, image, variants",
            },
        )
    },
)
