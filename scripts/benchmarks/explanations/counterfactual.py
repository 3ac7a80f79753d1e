"""People rebuilt as if a part of what they did had never happened, and the same candidates scored for them."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from app.pipeline.candidates import Candidates
from app.pipeline.context import Context
from app.pipeline.scorer import WeightedScorer
from app.pipeline.slate import Reason, SlateItem
from app.serving.people import People
from app.serving.person import Person
from models.history import EventColumns
from models.ids import Rows
from models.kernels.claims import NEAR_TIE
from scripts.benchmarks.explanations.recorded_requests import Answered

EVIDENCED = ("because_you", "similar_to", "session", "stated_preference", "history")
"""Codes of reasons that rest on something the person did or said."""


@dataclass(frozen=True, slots=True)
class Verdict:
    """What became of one item when the evidence of its label was left out.

    Attributes:
        code: of the label's reason.
        score: whether the score was lower.
        rank: whether the rank among the candidates was.
    """

    code: str
    score: bool
    rank: bool


class Counterfactual:
    """Leaves evidence out, and looks again."""

    def __init__(self, people: People) -> None:
        self._people = people

    def person(self, context: Context, events: EventColumns) -> Person | None:
        """The same person with another history."""
        return self._people.with_history(context.person, events) if context.person else None

    def without(self, context: Context, reason: Reason) -> Context:
        """The request of the same person, had the evidence of a reason never been."""
        if context.person is None:
            return context
        if reason.code == "stated_preference":
            person: Person | None = replace(context.person, explicit=None, stated=None)
        else:
            events = context.person.history.columns()
            person = self.person(context, events.where(~evidence(context, events, reason)))
        return Context(context.environment, context.request, person)

    def verdicts(self, answered: Answered) -> Iterator[Verdict]:
        """One for each item whose label rests on evidence."""
        places = _ranks(answered.context, answered.candidates)
        for item in answered.slate.items:
            reason = item.reasons[0]
            if reason.code in EVIDENCED:
                then = _ranks(self.without(answered.context, reason), answered.candidates)
                yield _verdict(answered.context, item, places, then)


def evidence(context: Context, events: EventColumns, reason: Reason) -> NDArray[np.bool_]:
    """Bool [k]: the events that a reason is about, found from its words alone."""
    positive: NDArray[np.bool_] = context.environment.signals.polarity[events.codes] > 0
    if reason.code == "history":
        return positive
    if reason.code == "session":
        return positive & np.isin(events.sequence, _of_session(context))
    if reason.code == "similar_to":
        return np.asarray(positive & (events.rows == context.catalogue.row(reason.item_id or "")))
    code = context.catalogue.tag_words.code(reason.tag or "")
    bears = [code in context.catalogue.tags(int(row)) for row in events.rows]
    return positive & np.array(bears, dtype=np.bool_)


def _of_session(context: Context) -> NDArray[np.int64]:
    events, parts = context.evidence.session_amounts
    return events.sequence[parts > 0]


_Ranks = tuple[Rows, NDArray[np.float32]]


def _ranks(context: Context, candidates: Candidates) -> _Ranks:
    """(rows from the best to the worst, their scores) of the candidates."""
    scored = WeightedScorer(context.settings.weights)(context, Candidates.found(candidates.rows, candidates.source))
    return scored.rows, scored.scores


def _verdict(context: Context, item: SlateItem, now: _Ranks, then: _Ranks) -> Verdict:
    row = context.catalogue.row(item.item_id)
    (score, rank), (score_then, rank_then) = (_standing(ranks, row) for ranks in (now, then))
    return Verdict(item.reasons[0].code, score_then < score, rank_then > rank)


def _standing(ranks: _Ranks, row: int) -> tuple[float, int]:
    """(score of an item, twice the number of candidates above it, of which near ties count half)."""
    score = float(ranks[1][np.flatnonzero(ranks[0] == row)[0]])
    margin = NEAR_TIE * max(1.0, abs(score))
    return score, int((ranks[1] > score + margin).sum() + (ranks[1] >= score - margin).sum())
