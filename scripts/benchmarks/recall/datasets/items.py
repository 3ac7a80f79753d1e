"""What other people's files tell of an item, as one of our own."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from indexer.documents import ItemDocument
from indexer.validation import parse
from scripts.benchmarks.recall.datasets.reading import DatasetError

_UNTOLD: Final = {"title": "", "format": "item", "language": "en", "published_at": "2000-01-01T00:00:00Z"}
"""Fields that an items file must have and other files may lack."""


def item(row: Mapping[str, Any]) -> ItemDocument | None:
    """The item of a row in the fields of an items file, of which any but `item_id` may be missing.

    Returns:
        None where neither title nor text say anything.

    Raises:
        DatasetError: a field holds something impossible.
    """
    told = {key: value for key, value in row.items() if key in ItemDocument.model_fields and value is not None}
    if not f"{told.get('title', '')}{told.get('text', '')}".strip():
        return None
    parsed = parse(ItemDocument, {**_UNTOLD, **told})
    if isinstance(parsed, list):
        raise DatasetError(f"item {row.get('item_id')!r}: {parsed[0]}")
    return parsed


def untold(item_id: str) -> ItemDocument:
    """An item of which nothing but its id is known, as a document."""
    return ItemDocument.model_validate({**_UNTOLD, "item_id": item_id, "title": item_id})


def start_of(year: int) -> str:
    """The first moment of a year from 1 to 9999, as items files have it."""
    return f"{year:04d}-01-01T00:00:00Z"
