"""What is said of an item for which nothing single speaks: that it is different, or for variety, or its tag.

An item is called different by a tag that it bears and that the person neither stated nor liked anything of, or without
a tag where it bears none of theirs. Otherwise it is there for variety, and the tag that is named is none of their
leading ones.
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
        _explored(context, row, own) if explored else Reason("explore", tag=_tag(context, row, np.empty(0, np.int32)))
        for row, explored in zip(rows.tolist(), exploratory.tolist(), strict=True)
    ]


def _explored(context: Context, row: int, own: OwnTags) -> Reason:
    tag = _tag(context, row, own.known)
    if tag is not None or not np.isin(context.catalogue.tags(row), own.known).any():
        return Reason("explore", tag=tag, different=True)
    return Reason("explore", tag=_tag(context, row, own.leading), different=False)


def _tag(context: Context, row: int, but: NDArray[np.int32]) -> str | None:
    """The tag nearest to an item among its own, less some."""
    codes = np.setdiff1d(context.catalogue.tags(row), but)
    return nearest_of(context, row, codes[nameable(context, codes)])
