"""Items that name a person: in the catalogue, outside everything that is held of people."""

from __future__ import annotations

import re
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from app.serving.catalogue import Catalogue
from app.serving.generation import Generation
from models.columns import StringColumn
from models.ids import Rows


def items_naming(generation: Generation | None, ids: Sequence[str]) -> list[str]:
    """Ids of the items in service that have one of `ids` as a value, such as their provider, in order.

    Blocks: it looks through every item's document.
    """
    if generation is None:
        return []
    catalogue = generation.catalogue
    found = np.unique(np.concatenate([*(_rows(catalogue, user_id) for user_id in ids), np.empty(0, np.int32)]))
    living = found[catalogue.alive[found.astype(np.int32)]] if len(found) else found
    return [catalogue.item_id(int(row)) for row in living]


def _rows(catalogue: Catalogue, user_id: str) -> Rows:
    held = rows_holding(catalogue.snapshot.items.documents, user_id)
    changed = catalogue.changed_rows()
    now = [row for row in changed.tolist() if value_of(user_id) in catalogue.document(row)]
    return np.union1d(np.setdiff1d(held, changed), now).astype(np.int32)


def rows_holding(documents: StringColumn, user_id: str) -> NDArray[np.int64]:
    """Rows of the documents, as JSON, that have an id as a whole value, ascending."""
    places = [match.start() for match in re.finditer(re.escape(value_of(user_id)), documents.payload.data)]
    return np.unique(np.searchsorted(documents.offsets, places, side="right") - 1)


def value_of(user_id: str) -> bytes:
    """An id as a value in an item's document."""
    escaped = user_id.replace("\\", "\\\\").replace('"', '\\"')
    return f'"{escaped}"'.encode()
