"""Own tags: what a person asked for or likes, which no label calls different."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from app.pipeline.context import Context

Codes = NDArray[np.int32]

LIKED_FROM = 1.0
"""Weight of a positive event from which its item counts as liked: that of a like."""


@dataclass(frozen=True, slots=True)
class OwnTags:
    """Tags of one person.

    Attributes:
        known: bool [tags], by code: stated, or borne by an item that the person liked.
        masses: float64 [tags], by code, decayed weight of what they engaged with that bears the tag.
    """

    known: NDArray[np.bool_]
    masses: NDArray[np.float64]

    @classmethod
    def of(cls, context: Context) -> OwnTags:
        """Of the person who asks; none of a stranger."""
        explicit, words = context.person.explicit if context.person else None, context.catalogue.tag_words
        codes = [words.code(tag) for tag in explicit.preferences.tags] if explicit else []
        stated = [code for code in codes if code >= 0]
        (events, amounts), (event, borne) = context.evidence.amounts, context.evidence.tags
        masses = np.bincount(borne, weights=amounts[event], minlength=len(words.names)).astype(np.float64)
        known = np.zeros(len(words.names), dtype=np.bool_)
        known[borne[events.weights[event] >= LIKED_FROM]] = True
        known[stated] = True
        return cls(known, masses)

    def least(self, codes: Codes) -> Codes:
        """Of some tags those of which the person did least."""
        masses = self.masses[codes]
        return np.asarray(codes[masses <= masses.min(initial=np.inf)])
