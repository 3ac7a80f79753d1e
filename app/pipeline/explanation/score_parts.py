"""Score parts: which part of each item's score comes from which term, and from which of the person's events."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from app.pipeline.candidates import TERMS
from app.pipeline.context import Context
from app.pipeline.explanation.event_references import EventReferences
from app.pipeline.explanation.label_evidence import Pool
from app.pipeline.score_attribution import attribute
from models.history import EventColumns

SUMMANDS = TERMS[:-1]
ITEMS_OWN = ("recency", "popularity")
"""Summands that rest on no evidence of the person."""


@dataclass(frozen=True, slots=True)
class ScoreParts:
    """What the scores of n items consist of; all parts are in units of the score, negative where they lower it.

    Attributes:
        scores: float64 [n].
        terms: float64 [n, SUMMANDS]; they sum to the score.
        events: the person's positive events, then the negative ones.
        positive: how many of them are positive.
        parts: float64 [k, n], of each event; with `stated` and the terms of the items' own they sum to the score.
        stated: float64 [n], of the explicit profile.
        references: the same events as answers name them.
    """

    scores: NDArray[np.float64]
    terms: NDArray[np.float64]
    events: EventColumns
    positive: int
    parts: NDArray[np.float64]
    stated: NDArray[np.float64]
    references: EventReferences

    @classmethod
    def of(cls, context: Context, pool: Pool) -> ScoreParts:
        """The account of every candidate in the pool."""
        chosen = pool.candidates
        attribution, events = attribute(context, chosen.rows, pool.weights)
        scores, sums = chosen.scores.astype(np.float64), pool.parts().sum(axis=1)
        factor = np.where(sums > 0, np.exp(-chosen.terms[:, -1].astype(np.float64)), 1.0)
        return cls(
            scores=scores,
            terms=pool.parts()[:, : len(SUMMANDS)] * factor[:, None],
            events=events,
            positive=len(context.evidence.amounts[0]),
            parts=attribution.shares() * factor,
            stated=attribution.explicit_shares() * factor,
            references=EventReferences(context, events),
        )

    def term(self, name: str) -> NDArray[np.float64]:
        """float64 [n]: the part of one term."""
        return np.asarray(self.terms[:, SUMMANDS.index(name)])
