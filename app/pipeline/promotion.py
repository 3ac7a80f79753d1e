"""What an answer says of items that a placement puts forward: which they are, and a label that tells it."""

from __future__ import annotations

from app.pipeline.context import Context
from app.pipeline.placement import BOOSTED, PINNED
from models.ids import Rows


def promotions_of(context: Context, rows: Rows) -> list[str | None]:
    """Of each item of a slate `pinned`, `boosted` or None; pinned ones come first."""
    placement = context.request.placement
    pinned = set(placement.pinned.tolist())
    if not pinned and not placement.boosts:
        return [None] * len(rows)
    return [PINNED if row in pinned else BOOSTED if placement.boost_of(row) else None for row in rows.tolist()]


def label_of(context: Context, row: int, label: str, promotion: str | None) -> str:
    """What a person reads: that the item is put forward, and for a boosted one why it suits them, too."""
    placement, phrases = context.request.placement, context.phrases
    if promotion is None:
        return label
    if promotion == PINNED:
        return placement.pinned_label or phrases.say("pinned")
    boost = placement.boost_of(row)
    return phrases.say("boosted", said=(boost and boost.label) or phrases.say("promoted"), label=label)
