"""Whether labels are true of the item and of the person, found from the labels' words and the catalogue alone."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from typing import Final

import numpy as np

from app.pipeline.context import Context
from app.pipeline.explanation.nameable import nameable
from app.pipeline.labels.reason_text import brief, displayed
from app.pipeline.slate import SlateItem

NAMED: Final = "labels that name a tag"
BORNE: Final = "and the item bears it"
DIFFERENT: Final = "claims of difference"
UNTRUE: Final = "about what was stated or liked"
LIKED_FROM: Final = 1.0
"""Weight of an event from which its item counts as liked."""


def truths(context: Context, items: Sequence[SlateItem]) -> Counter[str]:
    """How many labels of a slate name a tag, how many of these are right, and the same of claims of difference."""
    own = _own(context)
    counts = Counter({NAMED: 0, BORNE: 0, DIFFERENT: 0, UNTRUE: 0})
    for item in items:
        row, reason = context.catalogue.row(item.item_id), item.reasons[0]
        borne = {context.catalogue.tag_words.names[code] for code in context.catalogue.tags(row)}
        words = item.label.replace(brief(reason.title or ""), "")
        named = reason.tag if reason.tag and displayed(reason.tag) in words else None
        counts[NAMED] += named is not None
        counts[BORNE] += named in borne
        if reason.code == "explore" and reason.different:
            counts[DIFFERENT] += 1
            counts[UNTRUE] += named in own if named else bool(own & borne)
    return counts


def _own(context: Context) -> set[str]:
    """Tags that the person stated, and those of what they liked."""
    words, explicit = context.catalogue.tag_words, context.person.explicit if context.person else None
    events = context.evidence.events
    liked = events.rows[events.weights >= LIKED_FROM] if events is not None else np.empty(0, dtype=np.int32)
    if events is not None:
        liked = liked[context.environment.signals.polarity[events.codes[events.weights >= LIKED_FROM]] > 0]
    _, codes = context.catalogue.tag_pairs(liked)
    codes = np.unique(codes)
    known = codes[nameable(context, codes)]
    return {words.names[code] for code in known} | set(explicit.preferences.tags if explicit else ())
