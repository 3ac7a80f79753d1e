"""Explainer: for every item a label that is a fact, the reasons behind it, and an account of the whole score.

Of what could be said of an item (app/pipeline/explanation/claims.py) only what holds is said. The tag that is named is
the nearest to the item among those that hold. Of a tag, an item of the person's, and what they stated, the label names
what carries the largest part of the score, and the session where it carries as much, mostly by being recent. An item
that counts as exploration is called so, unless it is close to what they stated or there for what they just looked at.
Where nothing holds, the label names what else is true: that the item is new or popular, or what it is. Nothing that the
person stated, or that bears only tags of what they liked, is called different.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from app.pipeline.candidates import Candidates
from app.pipeline.context import Context
from app.pipeline.explanation.attribution_payload import attributions
from app.pipeline.explanation.claims import claims_of
from app.pipeline.explanation.exploration_reasons import topic_reasons
from app.pipeline.explanation.facts import facts_of
from app.pipeline.explanation.first_reasons import first_reasons
from app.pipeline.explanation.label_choice import claimed, is_far_fetched
from app.pipeline.explanation.label_evidence import Pool
from app.pipeline.explanation.own_tags import OwnTags
from app.pipeline.explanation.score_parts import ScoreParts
from app.pipeline.labels.reason_text import label
from app.pipeline.reranker import Ranked
from app.pipeline.settings import RankingWeights
from app.pipeline.slate import Attribution, Reason


@dataclass(frozen=True, slots=True)
class Explained:
    """Why one item stands in the slate; the first reason is the label's."""

    label: str
    reasons: tuple[Reason, ...]
    attribution: Attribution | None


class Explainer:
    """One label, its reasons and an account for each item of a slate."""

    name = "explainer"

    def __init__(self, weights: RankingWeights) -> None:
        self._weights = weights

    def __call__(
        self, context: Context, ranked: Ranked, candidates: Candidates, *, full: bool = True, whole: bool = False
    ) -> list[Explained]:
        """What is said of each item, in order of the slate.

        Args:
            context: whose slate it is.
            ranked: the slate.
            candidates: all scored candidates, best first, among which an item has its rank.
            full: whether all reasons with their evidence and the account are wanted, and not just the label's reason.
            whole: whether the account names every event.
        """
        if not len(ranked.candidates):
            return []
        if not full:
            return self._briefly(context, ranked, candidates)
        score_parts = ScoreParts.of(context, Pool(ranked.candidates, self._weights))
        reasons = self._reasons(context, ranked, candidates, score_parts)
        accounts = attributions(context, score_parts, whole=whole)
        explores = ranked.exploratory.tolist()
        return [
            Explained(label(context.phrases, why[0], exploration=exploration), why, parts)
            for why, exploration, parts in zip(reasons, explores, accounts, strict=True)
        ]

    def _briefly(self, context: Context, ranked: Ranked, candidates: Candidates) -> list[Explained]:
        """The label of each item and the reason that it rests on."""
        reasons = list(first_reasons(context, ranked, candidates, self._weights))
        return [
            Explained(label(context.phrases, reason, exploration=explored), (reason,), None)
            for reason, explored in zip(reasons, ranked.exploratory.tolist(), strict=True)
        ]

    def _reasons(
        self, context: Context, ranked: Ranked, candidates: Candidates, score_parts: ScoreParts
    ) -> list[tuple[Reason, ...]]:
        """All that is true of each item, the label's reason first."""
        slate, pool = ranked.candidates.rows, Pool(candidates, self._weights)
        claims: list[list[Reason]] = [[] for _ in slate]
        if context.personalized:
            shown = Pool(ranked.candidates, self._weights)
            claims = claimed(context, claims_of(context, pool, slate, score_parts), shown, score_parts)
        facts = facts_of(context, pool, slate, score_parts)
        explores = ranked.exploratory
        unclaimed = np.array([not said and not fact for said, fact in zip(claims, facts, strict=True)])
        named = np.flatnonzero(explores | unclaimed)
        own = OwnTags.of(context)
        topics = dict(zip(named.tolist(), topic_reasons(context, slate[named], explores[named], own), strict=True))
        return [_in_order(claims[place], facts[place], topics.get(place)) for place in range(len(slate))]


def _in_order(claims: list[Reason], facts: tuple[Reason, ...], topic: Reason | None) -> tuple[Reason, ...]:
    """Claims, then what is true of the item itself; of exploration that it is one, after what the person asks for now.

    That is what they stated, and what they just looked at where nothing else carries as much and the item bears a tag
    of what they like. What links the item to nothing like it comes last.
    """
    if topic is None:
        return (*claims, *facts)
    near = [reason for reason in claims if not is_far_fetched(reason)]
    far = [reason for reason in claims if is_far_fetched(reason)]
    stated = [reason for reason in near if reason.code == "stated_preference"]
    learned = [reason for reason in near if reason.code != "stated_preference"]
    session = learned[:1] if learned and learned[0].code == "session" and not topic.different else []
    return (*stated, *session, topic, *learned[len(session) :], *facts, *far)
