"""What answers tell of an item besides its id and title, where the caller asks for it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any, Final

import orjson

from app.pipeline.slate import Slate
from app.serving.catalogue import Catalogue

_ONE: Final = "attributes."


def fields_of(catalogue: Catalogue, row: int, names: Sequence[str]) -> dict[str, Any]:
    """These fields of an item; those that it does not have are left out."""
    if not names:
        return {}
    document = orjson.loads(catalogue.document(row))
    told = {name: document[name] for name in names if document.get(name)}
    attributes, single = document.get("attributes", {}), [name.removeprefix(_ONE) for name in names if _ONE in name]
    some = {name: attributes[name] for name in single if name in attributes}
    return told if "attributes" in told or not some else told | {"attributes": some}


def with_fields(slate: Slate, catalogue: Catalogue, names: Sequence[str]) -> Slate:
    """A slate with these fields of its items, as the catalogue of the moment has them."""
    rows = catalogue.rows([item.item_id for item in slate.items]).tolist()
    told = [fields_of(catalogue, row, names) if row >= 0 else {} for row in rows]
    items = tuple(replace(item, document=fields) for item, fields in zip(slate.items, told, strict=True))
    return replace(slate, items=items)
