"""The account as it is given in an answer: the parts of each score by term, and by evidence."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from app.pipeline.context import Context
from app.pipeline.explanation.quotes import strongest
from app.pipeline.explanation.score_parts import ITEMS_OWN, SUMMANDS, ScoreParts
from app.pipeline.slate import Attribution, Part


def attributions(context: Context, score_parts: ScoreParts, *, whole: bool) -> list[Attribution]:
    """One for each item.

    Args:
        context: whose events they are.
        score_parts: of the slate's items.
        whole: whether every event that may be named is named, and not just the few that count most.
    """
    shown = score_parts.references.shown
    weight = np.where(shown, np.abs(score_parts.parts.T), -np.inf)
    named = strongest(weight, len(shown) if whole else context.settings.labels.events)
    named = named[:, : int(shown.sum())]
    parts = np.take_along_axis(score_parts.parts.T, named, axis=1)
    others, unnamed = score_parts.parts.sum(axis=0) - parts.sum(axis=1), len(shown) - named.shape[1]
    evidence = [
        tuple(map(score_parts.references.part, events, of_events))
        for events, of_events in zip(named.tolist(), parts.round(9).tolist(), strict=True)
    ]
    rest = [("other_events", others)] if unnamed else []
    stated = score_parts.stated + score_parts.term("stated")
    rest += [("stated_preference", stated)] if stated.any() else []
    rest += [(name, score_parts.term(name)) for name in ITEMS_OWN]
    summed = [_summed(name, parts, unnamed) for name, parts in rest]
    terms = score_parts.terms.round(9).tolist()
    return [
        Attribution(dict(zip(SUMMANDS, of_item, strict=True)), (*events, *others))
        for of_item, events, *others in zip(terms, evidence, *summed, strict=True)
    ]


def _summed(kind: str, parts: NDArray[np.float64], events: int) -> list[Part]:
    """What is not an event by name, for each item."""
    count = events if kind == "other_events" else None
    return [Part(kind, part, events=count) for part in parts.round(9).tolist()]
