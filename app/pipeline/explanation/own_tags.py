"""Own tags: what a person asked for or likes, which no label calls different."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from app.pipeline.context import Context

Codes = NDArray[np.int32]

LIKED_FROM: Final = 1.0
"""Weight of a positive event from which its item counts as liked: that of a like."""
LEADING_FROM: Final = 0.1
"""Share of a person's decayed positive mass from which a tag is one of their leading ones."""


@dataclass(frozen=True, slots=True)
class OwnTags:
    """Tags of one person, codes ascending.

    Attributes:
        known: stated, or borne by an item that the person liked.
        leading: stated, or borne by so much of what they engaged with that more of it is no variety.
    """

    known: Codes
    leading: Codes

    @classmethod
    def of(cls, context: Context) -> OwnTags:
        """Of the person who asks; none of a stranger."""
        explicit, words = context.person.explicit if context.person else None, context.catalogue.tag_words
        codes = [words.code(tag) for tag in explicit.preferences.tags] if explicit else []
        stated = np.array([code for code in codes if code >= 0], dtype=np.int32)
        events, amounts = context.evidence.amounts
        event, borne = context.catalogue.tag_pairs(events.rows)
        masses = np.bincount(borne, weights=amounts[event], minlength=1)
        leading = np.flatnonzero(masses >= max(LEADING_FROM * amounts.sum(), np.finfo(np.float64).tiny))
        liked = borne[events.weights[event] >= LIKED_FROM]
        return cls(np.union1d(stated, liked).astype(np.int32), np.union1d(stated, leading).astype(np.int32))
