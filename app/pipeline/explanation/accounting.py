"""The account as it is given in an answer: the parts of each score by term, and by evidence."""

from __future__ import annotations

import numpy as np

from app.pipeline.context import Context
from app.pipeline.explanation.account import ITEMS_OWN, SUMMANDS, Account
from app.pipeline.explanation.naming import presentable
from app.pipeline.explanation.quoting import event_part, strongest
from app.pipeline.slate import Attribution, Part


def attributions(context: Context, account: Account, *, whole: bool) -> list[Attribution]:
    """One for each item.

    Args:
        context: whose events they are.
        account: of the slate's items.
        whole: whether every event that may be named is named, and not just the few that count most.
    """
    shown = presentable(context, account.events.rows)
    weight = np.where(shown, np.abs(account.parts.T), -np.inf)
    named = strongest(weight, len(shown) if whole else context.settings.labels.events)
    terms = account.terms.round(9).tolist()
    return [
        Attribution(
            terms=dict(zip(SUMMANDS, terms[place], strict=True)),
            evidence=_evidence(context, account, place, [event for event in best if shown[event]]),
        )
        for place, best in enumerate(named.tolist())
    ]


def _evidence(context: Context, account: Account, place: int, named: list[int]) -> tuple[Part, ...]:
    parts = account.parts[:, place]
    found = [event_part(context, account, event, float(parts[event])) for event in named]
    others = len(parts) - len(named)
    if others:
        found.append(Part("other_events", round(float(parts.sum() - parts[named].sum()), 9), events=others))
    if account.stated[place]:
        found.append(Part("stated_preference", round(float(account.stated[place]), 9)))
    found += [Part(name, round(float(account.terms[place, SUMMANDS.index(name)]), 9)) for name in ITEMS_OWN]
    return tuple(found)
