"""Nearest neighbours of an item or of a text, with the tag that they share."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from app.pipeline.context import Context
from app.pipeline.explanation.nameable import presentable, shared_tag
from app.pipeline.filters.expired import Expired
from app.pipeline.filters.hidden import Hidden
from app.pipeline.filters.sensitive import Sensitive
from app.pipeline.labels.reason_text import displayed
from models.ids import Rows

_FILTERS = (Hidden(), Expired(), Sensitive())


def similar_payload(context: Context, query: NDArray[np.float32], row: int | None) -> dict[str, Any]:
    """The answer of `/similar`.

    Args:
        context: on whose behalf, how many, and what to leave out (the item itself).
        query: float32 [d], an engage vector.
        row: the item that is compared, None for a text.
    """
    rows, scores = _nearest(context, query)
    return {
        "snapshot": context.catalogue.snapshot.snapshot_id,
        "items": [
            {
                "item_id": context.catalogue.item_id(int(found)),
                "title": context.catalogue.title(int(found)),
                "rank": rank + 1,
                "score": round(float(score), 6),
                "label": _label(context, int(found), row),
            }
            for rank, (found, score) in enumerate(zip(rows, scores, strict=True))
        ],
    }


def _nearest(context: Context, query: NDArray[np.float32]) -> tuple[Rows, NDArray[np.float32]]:
    """Ask for more until enough are left after the filters, or there is no more."""
    wanted = context.ask.limit
    fetch = 2 * wanted + 10
    while True:
        hits = context.catalogue.search(query[None], fetch, context.ask.exclude)
        rows, scores = hits.rows[0][hits.rows[0] >= 0], hits.scores[0][hits.rows[0] >= 0]
        keep = np.ones(len(rows), dtype=np.bool_)
        for each in _FILTERS:
            keep &= each(context, rows)
        if keep.sum() >= wanted or len(rows) < fetch:
            return rows[keep][:wanted], scores[keep][:wanted]
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
