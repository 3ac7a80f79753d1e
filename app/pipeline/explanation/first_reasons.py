"""The reason that each item's label rests on, and no other: what an answer tells unless its caller asks for all.

It is the first of those that app/pipeline/explainer.py orders; here claims are looked at in their order until one can
be made, and what comes after it is not computed.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np

from app.pipeline.context import Context
from app.pipeline.explanation.claims import Claims, Kind
from app.pipeline.explanation.facts import share_of
from app.pipeline.explanation.label_choice import CODES, chosen_claims, is_far_fetched, stated_reason
from app.pipeline.explanation.label_evidence import Pool
from app.pipeline.explanation.nameable import link_of
from app.pipeline.explanation.quotes import strongest_of, verbs_of
from app.pipeline.explanation.score_parts import ScoreParts
from app.pipeline.slate import Reason


def first_reason(claims: Sequence[Reason], facts: Sequence[Reason], topic: Callable[[], Reason] | None) -> Reason:
    """Of what is true of an item the reason that its label names.

    Args:
        claims: the first claim, of one that is not far-fetched if there is such; what they stated before all others,
            where there is a topic.
        facts: what is true of the item itself.
        topic: says what its topic is, if that stands among the reasons.
    """
    if topic is None:
        return [*claims, *facts][0]
    if claims and claims[0].code == "stated_preference":
        return claims[0]
    kind = topic()
    return claims[0] if claims and claims[0].code == "session" and not kind.different else kind


class FirstClaims:
    """The claims about the items of a slate, made into reasons as far as a label needs them.

    Args:
        context: whose slate it is.
        claims: all about the slate.
        pool: the slate.
        score_parts: of the slate.
    """

    def __init__(self, context: Context, claims: Claims, pool: Pool, score_parts: ScoreParts) -> None:
        self._context, self._claims, self._pool, self._score_parts = context, claims, pool, score_parts
        self._chosen = chosen_claims(claims, score_parts)
        self._kinds = claims.kinds.tolist()
        quoted = [claim for some in self._chosen for claim in some if self._kinds[claim] != Kind.STATED]
        self._events = dict[int, int]()
        if quoted:
            events = strongest_of(context, score_parts, pool, claims, np.array(quoted, np.int64)).first()
            self._events = dict(zip(quoted, events.tolist(), strict=True))
        self._verbs, self._words = verbs_of(context, score_parts)

    def of(self, place: int, *, stated_first: bool) -> list[Reason]:
        """The first claim about an item that is not far-fetched, else the first one, else none."""
        some = self._chosen[place]
        if stated_first:
            some = sorted(some, key=lambda claim: self._kinds[claim] != Kind.STATED)
        far: list[Reason] = []
        for claim in some:
            reason = self._made(place, claim)
            if reason is not None and not is_far_fetched(reason):
                return [reason]
            far += [reason] if reason is not None and not far else []
        return far

    def _made(self, place: int, claim: int) -> Reason | None:
        row, kind = int(self._pool.candidates.rows[place]), Kind(self._kinds[claim])
        share = share_of(float(self._claims.parts[claim]), float(self._score_parts.scores[place]))
        if kind == Kind.STATED:
            return stated_reason(self._context, row, share)
        event, tag = self._events[claim], int(self._claims.tags[claim])
        if event < 0:
            return Reason(CODES[kind], share) if kind == Kind.SESSION else None
        catalogue, item = self._context.catalogue, int(self._score_parts.events.rows[event])
        return Reason(
            code=CODES[kind],
            share=share,
            tag=catalogue.tag_words.names[tag] if tag >= 0 else None,
            item_id=catalogue.item_id(item),
            title=catalogue.title(item),
            verb=self._words[self._verbs[event]] or None,
            link=link_of(self._context, row, item) if kind == Kind.ITEM else None,
        )
