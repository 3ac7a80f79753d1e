"""What a label may name: tags, topics and items that are neither sensitive nor muted nor gone."""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np
from numpy.typing import NDArray

from app.pipeline.context import Context
from app.pipeline.labels.reason_text import displayed
from indexer.dates import is_date
from models.ids import Rows

_NEARLY = 0.8
"""Of the way from the closeness of any two items to that of neighbours, from which items may be called similar."""


def nameable(context: Context, codes: NDArray[np.int32]) -> NDArray[np.bool_]:
    """Whether each tag may stand in a label: one of a topic that needs permission may not, permitted or not.

    Neither may one that is a date: nobody likes a thing for being of 1987.
    """
    names = context.catalogue.tag_words.names
    dated = np.array([is_date(names[code]) for code in codes], dtype=np.bool_)
    return ~dated & unobjectionable(context, codes)


def unobjectionable(context: Context, codes: NDArray[np.int32]) -> NDArray[np.bool_]:
    """Whether each tag is neither sensitive nor muted."""
    names = context.catalogue.tag_words.names
    return _harmless(context, (names[code] for code in codes)) & ~np.isin(codes, context.exclusions.mutes.tags)


def presentable(context: Context, rows: Rows) -> NDArray[np.bool_]:
    """Whether each item may be named as evidence: still there, not muted, on no sensitive topic but permitted ones."""
    catalogue = context.catalogue
    harmless = catalogue.firewall.recommendable(catalogue.sensitive[rows], context.exclusions.allowed_sensitive)
    return np.asarray(catalogue.alive[rows] & harmless & ~context.exclusions.mutes.cover(rows))


def nameable_topic(context: Context, topic: int) -> str | None:
    """The name of a topic as people read it; None where a term of it may not be named, or there is no such topic."""
    if topic < 0 or topic in context.exclusions.mutes.topics:
        return None
    catalogue, name = context.catalogue, context.catalogue.topic_names[topic]
    if not name:
        return None
    terms = name.split(", ")
    muted = {catalogue.tag_words.names[code] for code in context.exclusions.mutes.tags}
    return displayed(name) if _harmless(context, terms).all() and muted.isdisjoint(terms) else None


def shared_tag(context: Context, row: int, other: int) -> str | None:
    """The tag nearest to an item among those that both items bear."""
    codes = np.intersect1d(context.catalogue.tags(row), context.catalogue.tags(other))
    return _nearest(context, row, codes[nameable(context, codes)])


def link_of(context: Context, row: int, other: int) -> str:
    """`content` for items with a tag in common or nearly as close as neighbours are, and otherwise `behaviour`."""
    content, (apart, close) = context.catalogue.content, context.environment.likeness.closeness
    near = content.at(row) @ content.at(other) >= apart + _NEARLY * (close - apart)
    return "content" if near or shared_tag(context, row, other) is not None else "behaviour"


def preferred_tag(context: Context, row: int) -> str | None:
    """The tag nearest to an item among those that the person says to prefer."""
    explicit = context.person.explicit if context.person else None
    codes = [context.catalogue.tag_words.code(tag) for tag in explicit.preferences.tags] if explicit else []
    stated = np.intersect1d(context.catalogue.tags(row), np.array(codes, dtype=np.int32))
    return _nearest(context, row, stated[unobjectionable(context, stated)])


def _harmless(context: Context, tags: Iterable[str]) -> NDArray[np.bool_]:
    catalogue = context.catalogue
    return catalogue.firewall.recommendable(catalogue.sensitive_topics.bits_of_tags(tags), np.uint64(0))


def _nearest(context: Context, row: int, codes: NDArray[np.int32]) -> str | None:
    if not len(codes):
        return None
    nearness = context.catalogue.tag_vectors[codes] @ context.catalogue.content.at(row)
    return context.catalogue.tag_words.names[int(codes[np.argmax(nearness)])]
