"""Repeating: a page that was given before, less what the firewall keeps from the person by now."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from app.pipeline.context import Context
from app.pipeline.slate import Slate, SlateItem


def still_permitted(slate: Slate, context: Context) -> Slate:
    """A page as it may be given again.

    Left out are items that were deleted or may no longer be recommended, and those that stand there because of
    something that may no longer be named or learned from.
    """
    shown = [item.item_id for item in slate.items]
    named = sorted({item_id for item in slate.items for item_id in _evidence(item)})
    barred = {item_id for item_id, good in zip(named, _usable(context, named), strict=True) if not good}
    kept = _givable(context, shown) & np.array([barred.isdisjoint(_evidence(item)) for item in slate.items], np.bool_)
    if kept.all():
        return slate
    return replace(slate, items=tuple(item for item, keep in zip(slate.items, kept, strict=True) if keep))


def _givable(context: Context, item_ids: Sequence[str]) -> NDArray[np.bool_]:
    """Bool [n]: whether each item is there and may be recommended."""
    rows, firewall = context.catalogue.rows(item_ids), context.catalogue.firewall
    known = rows >= 0
    known[known] = firewall.recommendable(context.catalogue.sensitive[rows[known]], context.allowed_sensitive)
    return known


def _usable(context: Context, item_ids: Sequence[str]) -> NDArray[np.bool_]:
    """Bool [n]: whether each item may be named and learned from; of those that are gone nothing is known against it."""
    rows, firewall = context.catalogue.rows(item_ids), context.catalogue.firewall
    bits, permitted = context.catalogue.sensitive[rows[rows >= 0]], context.allowed_sensitive
    usable = np.ones(len(rows), dtype=np.bool_)
    usable[rows >= 0] = firewall.recommendable(bits, permitted) & firewall.learnable(bits, permitted)
    return usable


def _evidence(item: SlateItem) -> Iterator[str]:
    """Ids of the items that are named as evidence."""
    parts = [part for reason in item.reasons for part in reason.evidence or ()]
    parts += item.attribution.evidence if item.attribution else ()
    named = [*(reason.item_id for reason in item.reasons), *(part.item_id for part in parts)]
    yield from (item_id for item_id in named if item_id is not None)
