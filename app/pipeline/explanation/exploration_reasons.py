"""What is said of an item for which nothing single speaks: that it is different, or for variety, or its tag.

An item is called different by a tag that it bears and that the person neither stated nor liked anything of, or without
a tag where it bears none of theirs. Otherwise it is there for variety, by the tag of which they did least. What leads
in what they like is borne by no exploration at all (app/pipeline/ground.py).
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from app.pipeline.context import Context
from app.pipeline.explanation.nameable import nameable, nearest_of
from app.pipeline.explanation.own_tags import OwnTags
from app.pipeline.slate import Reason
from models.ids import Rows


def topic_reasons(context: Context, rows: Rows, exploratory: NDArray[np.bool_], own: OwnTags) -> list[Reason]:
    """One for each item.

    Args:
        context: whose slate it is.
        rows: items [n].
        exploratory: bool [n], whether each lies outside the established interests.
        own: the person's tags.
    """
    return [
        _explored(context, row, own) if explored else Reason("explore", tag=_nearest(context, row))
        for row, explored in zip(rows.tolist(), exploratory.tolist(), strict=True)
    ]


def _explored(context: Context, row: int, own: OwnTags) -> Reason:
    codes = context.catalogue.tags(row)
    named = codes[nameable(context, codes)]
    tag = nearest_of(context, row, np.sort(named[~own.known[named]]))
    if tag is not None or not own.known[codes].any():
        return Reason("explore", tag=tag, different=True)
    return Reason("explore", tag=nearest_of(context, row, own.least(named)), different=False)


def _nearest(context: Context, row: int) -> str | None:
    """The tag nearest to an item among its own."""
    codes = context.catalogue.tags(row)
    return nearest_of(context, row, codes[nameable(context, codes)])
