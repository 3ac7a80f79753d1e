"""What a label may name: tags, topics and items that are neither sensitive nor gone."""

from __future__ import annotations

import re
from collections.abc import Iterable

import numpy as np
from numpy.typing import NDArray

from app.pipeline.context import Context
from models.ids import Rows


def nameable(context: Context, codes: NDArray[np.int32]) -> NDArray[np.bool_]:
    """Whether each tag may stand in a label: one of a topic that needs permission may not, permitted or not."""
    names = context.catalogue.tag_words.names
    return _harmless(context, (names[code] for code in codes))


def presentable(context: Context, rows: Rows) -> NDArray[np.bool_]:
    """Whether each item may be named as evidence: it is still there, and on no sensitive topic but permitted ones."""
    catalogue = context.catalogue
    return catalogue.alive[rows] & catalogue.firewall.recommendable(
        catalogue.sensitive[rows], context.allowed_sensitive
    )


def nameable_topic(context: Context, topic: int) -> str | None:
    """The name of a topic as people read it; None where a term of it may not be named, or there is no such topic."""
    if topic < 0:
        return None
    name = context.catalogue.topic_names[topic]
    return displayed(name) if _harmless(context, name.split(", ")).all() else None


def shared_tag(context: Context, row: int, other: int) -> str | None:
    """The tag nearest to an item among those that both items bear."""
    return _nearest(context, row, np.intersect1d(context.catalogue.tags(row), context.catalogue.tags(other)))


def preferred_tag(context: Context, row: int) -> str | None:
    """The tag nearest to an item among those that the person says to prefer."""
    explicit = context.person.explicit if context.person else None
    codes = [context.catalogue.tag_words.code(tag) for tag in explicit.preferences.tags] if explicit else []
    return _nearest(context, row, np.intersect1d(context.catalogue.tags(row), np.array(codes, dtype=np.int32)))


def displayed(name: str) -> str:
    """A tag or topic as people read it: "sci-fi" becomes "Sci-Fi", "3d printing" becomes "3d Printing"."""
    return re.sub(r"(^|[\s-])([^\W\d_])", lambda match: match[1] + match[2].upper(), name)


def _harmless(context: Context, tags: Iterable[str]) -> NDArray[np.bool_]:
    catalogue = context.catalogue
    return catalogue.firewall.recommendable(catalogue.sensitive_topics.bits_of_tags(tags), np.uint64(0))


def _nearest(context: Context, row: int, codes: NDArray[np.int32]) -> str | None:
    codes = codes[nameable(context, codes)]
    if not len(codes):
        return None
    nearness = context.catalogue.tag_vectors[codes] @ context.catalogue.content.at(row)
    return context.catalogue.tag_words.names[int(codes[np.argmax(nearness)])]
