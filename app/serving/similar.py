"""Nearest neighbours of an item or of a text, with the tag that they share."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from app.pipeline.context import Context
from app.pipeline.copies import repeats
from app.pipeline.explanation.nameable import presentable, shared_tag
from app.pipeline.labels.reason_text import displayed
from app.pipeline.stages import EVERYWHERE
from app.pipeline.withheld import Lost, counted, kept, lost_to
from app.serving.item_fields import fields_of
from models.ids import Rows

_FETCHED: Final = 64
"""Neighbours that are asked for at first, and four times as many each time: the same for near numbers of items."""


def similar_payload(
    context: Context, query: NDArray[np.float32], row: int | None, fields: Sequence[str] = ()
) -> dict[str, Any]:
    """The answer of `/similar`.

    Args:
        context: on whose behalf, how many, and what to leave out (the item itself).
        query: float32 [d], an engage vector.
        row: the item that is compared, None for a text.
        fields: what else is told of each item.
    """
    rows, scores, lost = _nearest(context, query)
    return {
        "snapshot": context.catalogue.snapshot.snapshot_id,
        "items": [
            {
                "item_id": context.catalogue.item_id(int(found)),
                "title": context.catalogue.title(int(found)),
                "rank": rank + 1,
                "score": round(float(score), 6),
                "label": _label(context, int(found), row),
                **fields_of(context.catalogue, int(found), fields),
            }
            for rank, (found, score) in enumerate(zip(rows, scores, strict=True))
        ],
        "withheld": [each.payload() for each in counted(context, lost)],
    }


def _nearest(context: Context, query: NDArray[np.float32]) -> tuple[Rows, NDArray[np.float32], Lost]:
    """Ask for more until enough are left after the filters, or there is no more; and what the filters held back.

    What shares nothing with the query, a score of 0, is not near: neither to nor from what the encoder cannot read.
    """
    wanted, fetch = context.request.limit, _FETCHED
    context.exclusions.repeats = repeats(context, EVERYWHERE)
    left_out = np.union1d(context.request.given, context.exclusions.repeats).astype(np.int32)
    while fetch < 2 * wanted + 10:
        fetch *= 4
    while True:
        hits = context.catalogue.search(query[None], fetch, left_out)
        near = (hits.rows[0] >= 0) & (hits.scores[0] > 0)
        rows, scores = hits.rows[0][near], hits.scores[0][near]
        keep = kept(EVERYWHERE, context, rows)
        if keep.sum() >= wanted or len(rows) < fetch:
            return rows[keep][:wanted], scores[keep][:wanted], lost_to(EVERYWHERE, context, rows)
        fetch *= 4


def _label(context: Context, found: int, row: int | None) -> str:
    tag = shared_tag(context, found, row) if row is not None else nearest_tag(context, found)
    if tag:
        return context.phrases.say("similar.match" if row is None else "similar.tag", tag=displayed(tag))
    if row is None:
        return context.phrases.say("similar.words")
    named = presentable(context, np.array([row], dtype=np.int32))[0]
    return context.phrases.say("similar.item" if named else "similar.other", title=context.catalogue.title(row))


def nearest_tag(context: Context, row: int) -> str | None:
    """The tag nearest to an item among its own."""
    return shared_tag(context, row, row)
