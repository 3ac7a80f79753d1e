"""Which of the claims about each item are made, and which one is the label's."""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np

from app.pipeline.context import Context
from app.pipeline.explanation.claims import Claims, Kind
from app.pipeline.explanation.facts import share_of
from app.pipeline.explanation.label_evidence import Pool
from app.pipeline.explanation.nameable import link_of, preferred_tag
from app.pipeline.explanation.quotes import Quote, quotes_of
from app.pipeline.explanation.score_parts import ScoreParts
from app.pipeline.slate import Reason

CODES = {Kind.TAG: "because_you", Kind.ITEM: "similar_to", Kind.SESSION: "session", Kind.HISTORY: "history"}
PREFER = "prefer"
"""Verb of what was stated as a preference, and not as a goal."""


def claimed(context: Context, claims: Claims, pool: Pool, score_parts: ScoreParts) -> list[list[Reason]]:
    """For each item of the slate, which is the pool, a reason of each kind that holds, the label's first."""
    chosen = chosen_claims(claims, score_parts)
    quoted = [claim for some in chosen for claim in some if claims.kinds[claim] != Kind.STATED]
    found = quotes_of(context, score_parts, pool, claims, np.array(quoted, dtype=np.int64))
    quotes = dict(zip(quoted, found, strict=True))
    rows, scores = pool.candidates.rows.tolist(), score_parts.scores.tolist()
    parts, tags = claims.parts.tolist(), claims.tags.tolist()
    reasons: list[list[Reason]] = []
    for place, some in enumerate(chosen):
        shares = [share_of(parts[claim], scores[place]) for claim in some]
        made = [
            _quoting(context, rows[place], (Kind(claims.kinds[claim]), tags[claim], share), quotes[claim])
            if claim in quotes
            else stated_reason(context, rows[place], share)
            for claim, share in zip(some, shares, strict=True)
        ]
        reasons.append(_telling_first(reason for reason in made if reason is not None))
    return reasons


def _telling_first(reasons: Iterable[Reason]) -> list[Reason]:
    """What links things that are not alike comes last: true as it is, it tells least of why."""
    return sorted(reasons, key=is_far_fetched)


def is_far_fetched(reason: Reason) -> bool:
    """Whether a reason names an item that is not like the recommended one."""
    return reason.code == "similar_to" and reason.link != "content"


def chosen_claims(claims: Claims, score_parts: ScoreParts) -> list[list[int]]:
    """For each item, of each kind the claim that holds and is nearest, in the order of what they carry.

    That the whole history carries an item is said only where no part of it does.
    """
    best: list[dict[int, int]] = [{} for _ in score_parts.scores]
    kinds, places, parts = claims.kinds.tolist(), claims.places.tolist(), claims.parts.tolist()
    held = np.flatnonzero(claims.holds)
    for claim in held[np.argsort(-claims.nearness[held], kind="stable")].tolist():
        best[places[claim]].setdefault(kinds[claim], claim)
    for each in best:
        if len(each) > 1:
            each.pop(Kind.HISTORY, None)
    return [
        sorted(each.values(), key=lambda claim: _order(Kind(kinds[claim]), parts[claim], just_now=now))
        for each, now in zip(best, score_parts.term("session").tolist(), strict=True)
    ]


def _order(kind: Kind, part: float, *, just_now: float) -> tuple[bool, float, int]:
    """Of all claims about an item the least is the label's.

    The session is what an item is there for if its events carry more of the score by having happened `just_now` than by
    having happened at all, and no less than anything else does.
    """
    if kind == Kind.SESSION:
        return just_now <= part / 2, -round(part, 9), -1
    return False, -round(part, 9), kind


def stated_reason(context: Context, row: int, share: float | None) -> Reason:
    """What an item owes to the explicit profile, and which part of its score that is."""
    tag = preferred_tag(context, row)
    explicit = context.person.explicit if context.person else None
    return Reason("stated_preference", share, tag, verb=None if explicit and explicit.goals and not tag else PREFER)


def _quoting(context: Context, row: int, claim: tuple[Kind, int, float | None], quote: Quote) -> Reason | None:
    """A reason that quotes evidence; None where it would have to name an item and none may be named."""
    first, (kind, tag, share) = quote.parts[0] if quote.parts else None, claim
    if first is None and kind != Kind.SESSION:
        return None
    other = context.catalogue.row(first.item_id or "") if first and kind == Kind.ITEM else None
    return Reason(
        code=CODES[kind],
        share=share,
        tag=context.catalogue.tag_words.names[tag] if tag >= 0 else None,
        item_id=first.item_id if first else None,
        title=first.title if first else None,
        event=first.event if first else None,
        occurred_at=first.occurred_at if first else None,
        verb=quote.verb or None,
        link=None if other is None else link_of(context, row, other),
        events=quote.events,
        evidence=quote.parts,
    )
