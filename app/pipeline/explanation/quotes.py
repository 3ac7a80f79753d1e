"""Quotes: the events that an explanation names, strongest first, and what the person did there."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from app.pipeline.context import Context
from app.pipeline.explanation.claims import Claims
from app.pipeline.explanation.score_parts import ScoreParts
from app.pipeline.slate import Part
from models.events import CODE_OF, EventType

Matrix = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Quote:
    """The evidence of one claim.

    Attributes:
        verb: what the person did in most of the evidence, by its part of the score.
        events: how many events there are.
        parts: the strongest events that may be named, best first.
    """

    verb: str
    events: int
    parts: tuple[Part, ...]


def quotes_of(context: Context, score_parts: ScoreParts, claims: Claims, chosen: NDArray[np.int64]) -> list[Quote]:
    """The evidence of each of the `chosen` claims, which are not about the explicit profile."""
    if not len(chosen):
        return []
    members = claims.members[claims.sets[chosen]] > 0
    parts = np.where(members, score_parts.parts[: score_parts.positive].T[claims.places[chosen]], 0.0)
    shown = members & score_parts.references.shown[: score_parts.positive]
    verbs, words = _verbs(context, score_parts)
    weights = np.zeros((len(chosen), len(words)))
    np.add.at(weights.T, verbs, parts.T)
    most, counts = weights.argmax(axis=1).tolist(), members.sum(axis=1).tolist()
    named = strongest(np.where(shown, parts, -np.inf), context.settings.labels.events)
    carried = np.take_along_axis(parts, named, axis=1).round(9).tolist()
    may = np.take_along_axis(shown, named, axis=1).sum(axis=1).tolist()
    return [
        Quote(words[verb], count, tuple(map(score_parts.references.part, events[:some], of_events)))
        for verb, count, events, of_events, some in zip(most, counts, named.tolist(), carried, may, strict=True)
    ]


def strongest(values: Matrix, count: int) -> NDArray[np.int64]:
    """int64 [n, at most count]: positions of the largest values of each row of `values` [n, k], largest first."""
    if values.shape[1] > count:
        found = np.argpartition(-values, count - 1, axis=1)[:, :count]
    else:
        found = np.broadcast_to(np.arange(values.shape[1]), values.shape)
    order = np.argsort(-np.take_along_axis(values, found, axis=1), axis=1, kind="stable")
    return np.asarray(np.take_along_axis(found, order, axis=1))


def _verbs(context: Context, score_parts: ScoreParts) -> tuple[NDArray[np.int64], list[str]]:
    """Number of each positive event's verb, and the verbs: the event type's, or that of completing its format."""
    said, special = context.environment.signals.verbs, context.settings.labels.verbs
    words = [*said, *special]
    of_format = {name: len(said) + place for place, formats in enumerate(special.values()) for name in formats}
    by_format = [of_format.get(name, -1) for name in context.catalogue.format_words.names]
    codes = score_parts.events.codes[: score_parts.positive].astype(np.int64)
    special_verb = np.array([*by_format, -1])[
        context.catalogue.formats[score_parts.events.rows[: score_parts.positive]]
    ]
    completed = (codes == CODE_OF[EventType.COMPLETE]) & (special_verb >= 0)
    return np.where(completed, special_verb, codes), words
