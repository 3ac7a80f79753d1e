"""What a label may name: tags that say something, and items; neither sensitive nor muted nor gone."""

from __future__ import annotations

from typing import Literal

import numpy as np
from numpy.typing import NDArray

from app.pipeline.context import Context
from models.ids import Rows
from models.kernels.labels import nearness

NEARLY, NEARLY_WITH_A_TAG = 0.8, 0.4
"""Of the way from the closeness of any two items to that of neighbours, from which items may be called similar: any two
items, and two with a tag in common, which may be no more than a colour."""


def nameable(context: Context, codes: NDArray[np.int32]) -> NDArray[np.bool_]:
    """Whether each tag may stand in a label: one of a topic that needs permission may not, permitted or not.

    Neither may one that is a date, since nobody likes a thing for being of 1987, or that names nothing.
    """
    return context.environment.tag_names.good(codes) & _unmuted(context, codes)


def unobjectionable(context: Context, codes: NDArray[np.int32]) -> NDArray[np.bool_]:
    """Whether each tag is neither sensitive nor muted."""
    return context.environment.tag_names.harmless(codes) & _unmuted(context, codes)


def presentable(context: Context, rows: Rows) -> NDArray[np.bool_]:
    """Whether each item may be named as evidence: still there, not muted, on no sensitive topic but permitted ones."""
    catalogue = context.catalogue
    harmless = catalogue.firewall.recommendable(catalogue.sensitive[rows], context.exclusions.allowed_sensitive)
    return np.asarray(catalogue.alive[rows] & harmless & ~context.exclusions.mutes.cover(rows))


def shared_tags(context: Context, rows: Rows, other: int) -> NDArray[np.int32]:
    """int32 [n]: code of the tag nearest to each item among those that it shares with another; -1 of none."""
    catalogue, found = context.catalogue, np.full(len(rows), -1, dtype=np.int32)
    theirs = np.unique(catalogue.tags(other))
    theirs = theirs[nameable(context, theirs)]
    if not len(theirs):
        return found
    place, codes = catalogue.tag_pairs(rows)
    slots = np.minimum(np.searchsorted(theirs, codes), len(theirs) - 1).astype(np.int32)
    shared = theirs[slots] == codes
    place, slots = place[shared], slots[shared]
    near = nearness(catalogue.tag_vectors.located(theirs), catalogue.content.located(rows), (place, slots))
    order = np.lexsort((-slots, near))  # of equally near ones the lowest code is written last
    found[place[order]] = theirs[slots[order]]
    return found


def links_of(
    context: Context, rows: Rows, other: int, shared: NDArray[np.bool_]
) -> list[Literal["content", "behaviour"] | None]:
    """What links each item to another, which share a tag or not; as `link_of`."""
    catalogue, (apart, close) = context.catalogue, context.environment.likeness.closeness
    likeness = (catalogue.content[rows] @ catalogue.content.at(other) - apart) / (close - apart)
    alike = likeness >= np.where(shared, NEARLY_WITH_A_TAG, NEARLY)
    learned = not alike.all() and catalogue.has_behaviour(other)
    return [
        "content" if like else "behaviour" if learned and catalogue.has_behaviour(row) else None
        for row, like in zip(rows.tolist(), alike.tolist(), strict=True)
    ]


def _shared(context: Context, row: int, other: int) -> NDArray[np.int32]:
    """The tags that may be named and that both items bear, ascending."""
    both = set(context.catalogue.tags(row).tolist()).intersection(context.catalogue.tags(other).tolist())
    codes = np.array(sorted(both), dtype=np.int32)
    return codes[nameable(context, codes)] if both else codes


def link_of(context: Context, row: int, other: int) -> Literal["content", "behaviour"] | None:
    """What links two items: `content` where they are nearly as close as neighbours are, less so if they share a tag.

    Otherwise `behaviour`, where something was learned from what people did with both, or else None.
    """
    catalogue, (apart, close) = context.catalogue, context.environment.likeness.closeness
    likeness = (catalogue.content.at(row) @ catalogue.content.at(other) - apart) / (close - apart)
    if likeness >= (NEARLY_WITH_A_TAG if len(_shared(context, row, other)) else NEARLY):
        return "content"
    return "behaviour" if catalogue.has_behaviour(row) and catalogue.has_behaviour(other) else None


def like_any(context: Context, rows: Rows, others: Rows) -> NDArray[np.bool_]:
    """Bool [n]: whether each item is linked by content to one of the others."""
    catalogue, (apart, close) = context.catalogue, context.environment.likeness.closeness
    likeness = (catalogue.content[rows] @ catalogue.content[others].T - apart) / (close - apart)
    like = np.asarray((likeness >= NEARLY).any(axis=1))
    maybe = np.asarray(likeness >= NEARLY_WITH_A_TAG)
    for place in np.flatnonzero(~like & maybe.any(axis=1)).tolist():
        like[place] = any(len(_shared(context, int(rows[place]), other)) for other in others[maybe[place]].tolist())
    return like


def preferred_tag(context: Context, row: int) -> str | None:
    """The tag nearest to an item among those that the person says to prefer."""
    explicit = context.person.explicit if context.person else None
    codes = [context.catalogue.tag_words.code(tag) for tag in explicit.preferences.tags] if explicit else []
    stated = np.intersect1d(context.catalogue.tags(row), np.array(codes, dtype=np.int32))
    return nearest_of(context, row, stated[unobjectionable(context, stated)])


def nearest_of(context: Context, row: int, codes: NDArray[np.int32]) -> str | None:
    """Of some tags the nearest to an item; None of none."""
    if not len(codes):
        return None
    near = context.catalogue.tag_vectors[codes] @ context.catalogue.content.at(row)
    return context.catalogue.tag_words.names[int(codes[np.argmax(near)])]


def _unmuted(context: Context, codes: NDArray[np.int32]) -> NDArray[np.bool_]:
    muted = context.exclusions.mutes.tags
    return ~np.isin(codes, muted) if len(muted) else np.ones(len(codes), dtype=np.bool_)
