"""What of a slate is exploration, and whether a person would call it so."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Final

import numpy as np
from numpy.typing import NDArray

from app.pipeline.context import Context
from app.pipeline.ground import leading_tags
from app.pipeline.settings import QuerySettings
from app.pipeline.slate import Slate
from models.ids import Rows

FIGURES: Final = {
    "explored": "share of the slate that counts as exploration",
    "leading": "share of exploration items that bear one of the person's leading tags (of the settings as served)",
    "top tag": "share of exploration items that bear the tag that the person likes most, tags of half of all aside",
    "liked": "share of exploration items that bear a tag which the same slate names as liked",
    "over cap": "share of slates with more items of one naming tag than a topic may have",
    "elsewhere": "share of the likes that were kept back which would count as exploration",
    "short": "share of slates whose receipt says that exploration falls short",
}
_NUMBER: Final = re.compile(r" \(\d+\)$")


def figures_of(context: Context, slate: Slate, shown: tuple[Rows, Rows], served: QuerySettings) -> list[float]:
    """Of one slate, in the order of FIGURES; NaN of items where it explores nothing.

    Args:
        context: whose slate it is.
        slate: as it was answered.
        shown: rows of the slate, and of the likes that were kept back.
        served: the settings as served, by which leading tags are told.
    """
    ranked, targets = shown
    explored = ranked[np.array([item.exploration for item in slate.items], dtype=np.bool_)]
    floors = {floor.floor: floor for floor in slate.receipt}
    return [
        len(explored) / max(len(ranked), 1),
        _share_with(context, explored, leading_tags(context.environment, context.evidence, served.ground)),
        _share_with(context, explored, _top_tag(context)),
        _share_with(context, explored, _named_as_liked(context, slate)),
        float(_most_of_one_name(context, ranked) > floors["topic_cap"].required),
        float((~context.ground.covers(targets)).mean()) if len(targets) else np.nan,
        float(floors["exploration"].reason is not None and context.personalized),
    ]


def _share_with(context: Context, rows: Rows, tags: NDArray[np.int32] | Sequence[int]) -> float:
    if not len(rows):
        return np.nan
    owner, codes = context.catalogue.tag_pairs(rows)
    return len(np.unique(owner[np.isin(codes, tags)])) / len(rows)


def _top_tag(context: Context) -> NDArray[np.int32]:
    events, amounts = context.evidence.relative_amounts
    owner, codes = context.catalogue.tag_pairs(events.rows)
    likeness = context.environment.likeness
    rare = likeness.telling(codes) > likeness.of_half
    borne, place = np.unique(codes[rare], return_inverse=True)
    masses = np.bincount(place, weights=amounts[owner[rare]], minlength=len(borne))
    return borne[np.argsort(-masses, kind="stable")[:1]]


def _named_as_liked(context: Context, slate: Slate) -> list[int]:
    named = {reason.tag for item in slate.items for reason in item.reasons if reason.code == "because_you"}
    return [context.catalogue.tag_words.code(tag) for tag in sorted(tag for tag in named if tag)]


def _most_of_one_name(context: Context, rows: Rows) -> int:
    names = [context.catalogue.topic_names[topic] for topic in context.catalogue.topics[rows].tolist()]
    first = [_NUMBER.sub("", name).split(", ")[0] for name in names if name]
    return max((first.count(name) for name in set(first)), default=0)
