"""Explainer: the label of every item, from the event and tag that really carry its score.

The evidence is the event with the largest share of the item's score among those whose absence would lower it. Where no
event carries it, the label names the true reason: what the person stated, exploration, freshness or popularity.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import UTC, datetime

import numpy as np
from numpy.typing import NDArray

from app.pipeline.attributing import attribute
from app.pipeline.candidates import TERMS
from app.pipeline.context import Context
from app.pipeline.promises import recent_since
from app.pipeline.reranker import Ranked
from app.pipeline.settings import RankingWeights
from app.pipeline.slate import Reason
from models.attribution import Attribution
from models.events import EVENT_TYPES
from models.history import EventColumns

Explained = tuple[str, tuple[Reason, ...]]


class Explainer:
    """One label and its reasons for each item of a slate."""

    name = "explainer"

    def __init__(self, weights: RankingWeights) -> None:
        self._weights = weights
        self._term_weights = weights.vector()

    def __call__(self, context: Context, ranked: Ranked) -> list[Explained]:
        """(label, reasons) for each item, in order of the slate."""
        rows = ranked.candidates.rows
        if not context.personalized or not len(rows):
            return [self._impersonal(context, ranked, place) for place in range(len(rows))]
        evidence = _Evidences.of(*attribute(context, rows, self._weights))
        return [self._explain(context, ranked, place, evidence) for place in range(len(rows))]

    def _explain(self, context: Context, ranked: Ranked, place: int, evidence: _Evidences) -> Explained:
        row, score = int(ranked.candidates.rows[place]), float(ranked.candidates.sums[place])
        shares, stated = evidence.shares[:, place], float(evidence.stated[place])
        supporting = np.flatnonzero((evidence.drops[:, place] > 0) & (shares > 0))
        best = int(supporting[np.argmax(shares[supporting])]) if len(supporting) else None
        if ranked.exploratory[place]:
            return _exploration(context, row)
        if best is not None and shares[best] >= stated:
            return _because(context, row, _Evidence.of(evidence.events, best), shares[best] / score)
        if stated > 0:
            return _stated(context, row, stated / score)
        return self._impersonal(context, ranked, place)

    def _impersonal(self, context: Context, ranked: Ranked, place: int) -> Explained:
        terms = dict(zip(TERMS, ranked.candidates.terms[place] * self._term_weights, strict=True))
        if terms["popularity"] >= terms["recency"] and terms["popularity"] > 0:
            return "Popular right now", (Reason("popular"),)
        if context.catalogue.published_at.at(int(ranked.candidates.rows[place])) >= recent_since(context):
            return "Recently published", (Reason("fresh"),)
        return _exploration(context, int(ranked.candidates.rows[place]))


@dataclass(frozen=True, slots=True)
class _Evidences:
    """Everything that could be named: k events, n items."""

    events: EventColumns
    shares: NDArray[np.float64]
    drops: NDArray[np.float64]
    stated: NDArray[np.float64]

    @classmethod
    def of(cls, attribution: Attribution, events: EventColumns) -> _Evidences:
        return cls(events, attribution.shares(), attribution.drops(), attribution.explicit_shares())


@dataclass(frozen=True, slots=True)
class _Evidence:
    """One event that a label rests on."""

    row: int
    code: int
    time: float

    @classmethod
    def of(cls, events: EventColumns, position: int) -> _Evidence:
        return cls(int(events.rows[position]), int(events.codes[position]), float(events.times[position]))


def _because(context: Context, row: int, evidence: _Evidence, share: float) -> Explained:
    catalogue = context.catalogue
    tag = shared_tag(context, row, evidence.row)
    what = displayed(tag) if tag else catalogue.title(evidence.row)
    reason = Reason(
        code="because_you" if tag else "similar_to",
        share=round(float(share), 6),
        tag=tag,
        item_id=catalogue.item_id(evidence.row),
        title=catalogue.title(evidence.row),
        event=EVENT_TYPES[evidence.code],
        occurred_at=datetime.fromtimestamp(evidence.time, UTC).isoformat(),
    )
    return f"Because you {context.world.signals.verbs[evidence.code]} {what}", (reason,)


def shared_tag(context: Context, row: int, other: int) -> str | None:
    """The tag nearest to the item among those that both items bear, sensitive ones left out."""
    catalogue = context.catalogue
    shared = np.intersect1d(catalogue.tags(row), catalogue.tags(other))
    names = [catalogue.tag_words.names[code] for code in shared]
    harmless = shared[catalogue.sensitive_topics.bits_of_tags(names) == 0] if len(shared) else shared
    if not len(harmless):
        return None
    nearness = catalogue.tag_vectors[harmless] @ catalogue.content.at(row)
    return catalogue.tag_words.names[int(harmless[np.argmax(nearness)])]


def _stated(context: Context, row: int, share: float) -> Explained:
    explicit = context.person.explicit if context.person else None
    preferred = set(explicit.preferences.tags) if explicit else set()
    names = [context.catalogue.tag_words.names[code] for code in context.catalogue.tags(row)]
    tag = next((name for name in names if name in preferred), None)
    label = f"Because you prefer {displayed(tag)}" if tag else "Because of the goals you stated"
    return label, (Reason("stated_preference", share=round(float(share), 6), tag=tag),)


def _exploration(context: Context, row: int) -> Explained:
    topic = context.catalogue.topic_names[int(context.catalogue.topics.at(row))]
    return f"Something different: {displayed(topic)}", (Reason("explore"),)


def displayed(tag: str) -> str:
    """A tag as people read it: "sci-fi" becomes "Sci-Fi", "3d printing" becomes "3d Printing"."""
    return re.sub(r"(^|[\s-])([^\W\d_])", lambda match: match[1] + match[2].upper(), tag)
