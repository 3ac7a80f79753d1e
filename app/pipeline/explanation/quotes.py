"""Quotes: the events that an explanation names, strongest first, and what the person did there.

An event is named only if the item's score would be lower without all that the person did with the event's item.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from app.pipeline.context import Context
from app.pipeline.explanation.claims import Claims
from app.pipeline.explanation.kernel_columns import Tested
from app.pipeline.explanation.label_evidence import Pool, members_of, removed
from app.pipeline.explanation.score_parts import ScoreParts
from app.pipeline.slate import Part
from models.events import CODE_OF, EventType
from models.history import EventColumns
from models.kernels.claims import carry

Matrix = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Quote:
    """The evidence of one claim.

    Attributes:
        verb: what the person did in the strongest event that may be named; empty without one.
        events: how many events there are.
        parts: the strongest events that may be named, best first.
    """

    verb: str
    events: int
    parts: tuple[Part, ...]


@dataclass(frozen=True, slots=True)
class Strongest:
    """The strongest events of m claims, best first.

    Attributes:
        events: int64 [m, at most so many as are named].
        parts: float64, likewise: what each carries of the score.
        may: bool, likewise: whether it may be named.
        counts: int64 [m], how many events the evidence of each claim has.
    """

    events: NDArray[np.int64]
    parts: Matrix
    may: NDArray[np.bool_]
    counts: NDArray[np.int64]

    def first(self) -> NDArray[np.int64]:
        """int64 [m]: the strongest event that may be named; -1 where there is none."""
        place = self.may.argmax(axis=1)[:, None]
        found = np.where(self.may, self.events, -1)
        return np.asarray(np.take_along_axis(found, place, axis=1)[:, 0])


def quotes_of(
    context: Context, score_parts: ScoreParts, pool: Pool, claims: Claims, chosen: NDArray[np.int64]
) -> list[Quote]:
    """The evidence of each of the `chosen` claims, which are not about the explicit profile.

    Args:
        context: whose events they are.
        score_parts: of the slate.
        pool: the slate.
        claims: all about the slate.
        chosen: positions of claims.
    """
    if not len(chosen):
        return []
    found = strongest_of(context, score_parts, pool, claims, chosen)
    verbs, words = verbs_of(context, context.evidence.amounts[0])
    return [
        Quote(
            verb=words[verbs[events[some][0]]] if some.any() else "",
            events=int(count),
            parts=tuple(map(score_parts.references.part, events[some].tolist(), of_events[some].tolist())),
        )
        for count, events, of_events, some in zip(found.counts, found.events, found.parts, found.may, strict=True)
    ]


def strongest_of(
    context: Context, score_parts: ScoreParts, pool: Pool, claims: Claims, chosen: NDArray[np.int64]
) -> Strongest:
    """The strongest events of each of the `chosen` claims; arguments as of `quotes_of`.

    An item that is shown again is not explained by itself.
    """
    places, members = claims.places[chosen], claims.members[claims.sets[chosen]] > 0
    parts = np.where(members, score_parts.parts[: score_parts.positive].T[places], 0.0)
    shown = members & (parts > 0) & score_parts.references.shown[: score_parts.positive]
    named = strongest(np.where(shown, parts, -np.inf), context.settings.labels.events)
    others = context.evidence.amounts[0].rows[named] != pool.candidates.rows[places][:, None]
    may = np.take_along_axis(shown, named, axis=1) & carried_by(claims.tested, named, places) & others
    carried = np.take_along_axis(parts, named, axis=1).round(9)
    return Strongest(named, carried, may, members.sum(axis=1))


def strongest(values: Matrix, count: int) -> NDArray[np.int64]:
    """int64 [n, at most count]: positions of the largest values of each row of `values` [n, k], largest first."""
    if values.shape[1] > count:
        found = np.argpartition(-values, count - 1, axis=1)[:, :count]
    else:
        found = np.broadcast_to(np.arange(values.shape[1]), values.shape)
    order = np.argsort(-np.take_along_axis(values, found, axis=1), axis=1, kind="stable")
    return np.asarray(np.take_along_axis(found, order, axis=1))


def carried_by(tested: Tested, named: NDArray[np.int64], places: NDArray[np.int64]) -> NDArray[np.bool_]:
    """Bool, as `named`: whether the score at each claim's place falls without all events on the named event's item."""
    slate, pairs = tested.of_slate(), (named.ravel(), np.repeat(places, named.shape[1]))
    falls = carry(slate.engaged, slate.items, slate.scored, slate.constants, pairs)
    return falls.reshape(named.shape)


def carry_by_columns(
    context: Context, pool: Pool, named: NDArray[np.int64], places: NDArray[np.int64]
) -> NDArray[np.bool_]:
    """The same for all items at a time: what the compiled loop is held to."""
    rows = context.evidence.amounts[0].rows
    items, sets = np.unique(rows[named], return_inverse=True)
    of_event = np.searchsorted(items, rows)
    known = np.flatnonzero(np.isin(rows, items))
    members = members_of(of_event[known], known, (len(items), len(rows)))
    scores = pool.scores(context.evidence.evidence_square)
    without = scores.without(removed(context, members, pool.candidates.rows, pool.weights))
    return np.asarray(without[sets.reshape(named.shape), places[:, None]] < scores.whole()[places][:, None])


def verbs_of(context: Context, events: EventColumns) -> tuple[NDArray[np.int64], list[str]]:
    """Number of each event's verb, and the verbs: the event type's, or that of completing its format."""
    said, special = context.environment.signals.verbs, context.settings.labels.verbs
    words = [*said, *special]
    of_format = {name: len(said) + place for place, formats in enumerate(special.values()) for name in formats}
    by_format = [of_format.get(name, -1) for name in context.catalogue.format_words.names]
    codes = events.codes.astype(np.int64)
    special_verb = np.array([*by_format, -1])[context.catalogue.formats[events.rows]]
    completed = (codes == CODE_OF[EventType.COMPLETE]) & (special_verb >= 0)
    return np.where(completed, special_verb, codes), words
