"""Repeating: a page that was given before, less what filters hold back by now."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from app.pipeline.context import Context
from app.pipeline.reranker import FloorReceipt
from app.pipeline.slate import Slate, SlateItem
from app.pipeline.stages import EVERYWHERE
from app.pipeline.withheld import Withheld, counted, kept, lost_to, told


def still_permitted(slate: Slate, context: Context) -> Slate:
    """A page as it may be given again.

    Left out are items that were deleted or that a filter holds back by now, and those that stand there because of
    something that may no longer be named or learned from.
    """
    rows = context.catalogue.rows([item.item_id for item in slate.items])
    named = sorted({item_id for item in slate.items for item_id in _evidence(item)})
    barred = {item_id for item_id, good in zip(named, _usable(context, named), strict=True) if not good}
    nameable = np.array([barred.isdisjoint(_evidence(item)) for item in slate.items], np.bool_)
    there = rows >= 0
    good = there & nameable
    good[good] = kept(EVERYWHERE, context, rows[good])
    if good.all():
        return slate
    lost = lost_to(EVERYWHERE, context, rows[there])
    lost["sensitive"] = np.union1d(lost["sensitive"], rows[there & ~nameable])
    items = tuple(item for item, keep in zip(slate.items, good, strict=True) if keep)
    withheld = counted(context, lost)
    receipt = tuple(
        replace(floor, achieved=len(items), reason=_shortfall(floor, int(np.count_nonzero(~there)), withheld))
        if floor.floor == "length"
        else floor
        for floor in slate.receipt
    )
    return replace(slate, items=items, withheld=withheld, receipt=receipt)


def _shortfall(floor: FloorReceipt, gone: int, withheld: Sequence[Withheld]) -> str:
    """Why the page is shorter than it was asked for, or was."""
    deleted = f"{gone} of what was given {'is' if gone == 1 else 'are'} deleted" if gone else ""
    return "; ".join(filter(None, (floor.reason, deleted, told(withheld) if withheld else "")))


def _usable(context: Context, item_ids: Sequence[str]) -> NDArray[np.bool_]:
    """Bool [n]: whether each item may be named and learned from; of those that are gone nothing is known against it."""
    rows, firewall = context.catalogue.rows(item_ids), context.catalogue.firewall
    bits, permitted = context.catalogue.sensitive[rows[rows >= 0]], context.exclusions.allowed_sensitive
    usable = np.ones(len(rows), dtype=np.bool_)
    usable[rows >= 0] = firewall.recommendable(bits, permitted) & firewall.usable_for_training(bits, permitted)
    return usable


def _evidence(item: SlateItem) -> Iterator[str]:
    """Ids of the items that are named as evidence."""
    parts = [part for reason in item.reasons for part in reason.evidence or ()]
    parts += item.attribution.evidence if item.attribution else ()
    named = [*(reason.item_id for reason in item.reasons), *(part.item_id for part in parts)]
    yield from (item_id for item_id in named if item_id is not None)
