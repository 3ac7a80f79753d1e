"""Scorer: the named terms of the score and their weighted sum."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from app.pipeline.aversion import aversion
from app.pipeline.candidates import TERMS, Candidates
from app.pipeline.context import Context
from app.pipeline.settings import RankingWeights
from app.pipeline.stated_preferences import preference_exponents
from models.ids import Rows
from models.user_state import DAY_SECONDS, decay


class WeightedScorer:
    """The summands of the score by weight; aversion lowers their sum, stated preferences raise it."""

    name = "scorer"

    def __init__(self, weights: RankingWeights) -> None:
        self._half_life = weights.recency_half_life_days * DAY_SECONDS
        self._weights = weights.vector()

    def __call__(self, context: Context, candidates: Candidates) -> Candidates:
        """The same candidates with terms and scores, best first; ties by item id."""
        rows = candidates.rows
        age = np.maximum(context.now - context.catalogue.published_at[rows], 0.0)
        terms: tuple[NDArray[Any], ...] = (
            similarity(context, rows),
            decay(age, self._half_life),
            context.environment.popularity.share(rows, context.now),
            format_affinity(context)[context.catalogue.formats[rows]],
            interest(context, rows),
            session(context, rows),
            aversion(context, rows) - preference_exponents(context, rows),
        )
        columns = [
            context.environment.faults.leave_out(name, np.asarray(term, dtype=np.float32))
            for name, term in zip(TERMS, terms, strict=True)
        ]
        scored = candidates.scored(np.stack(columns, axis=1), self._weights)
        return scored.take(np.lexsort((context.catalogue.id_order.of(rows), -scored.scores)))


def similarity(context: Context, rows: Rows) -> NDArray[np.float32]:
    """float32 [n]: inner product of user embedding and index vectors, plus the neighbours' part, times confidence."""
    if not context.personalized:
        return np.zeros(len(rows), dtype=np.float32)
    scores = context.catalogue.index[rows] @ context.evidence.embedding
    linked, sums = context.evidence.neighbour_sums
    if len(linked):
        place = np.minimum(np.searchsorted(linked, rows), len(linked) - 1)
        scores = scores + np.where(linked[place] == rows, sums[place], 0)
    return np.asarray(scores * np.float32(context.evidence.confidence), dtype=np.float32)


def interest(context: Context, rows: Rows) -> NDArray[np.float32]:
    """float32 [n]: sum over positive events of the row's own topic of p_k <engage_k, index_j> in the content block.

    An average of content lies between a person's interests; this one keeps to one of them. Behaviour has no part in it:
    it is learned so that sums over all that a person did predict.
    """
    topics, vectors = context.evidence.interest_embeddings
    if not len(topics):
        return np.zeros(len(rows), dtype=np.float32)
    mine = context.catalogue.topics[rows]
    place = np.minimum(np.searchsorted(topics, mine), len(topics) - 1)
    likeness = np.einsum("nd,nd->n", context.catalogue.index[rows][:, : vectors.shape[1]], vectors[place])
    return np.where(topics[place] == mine, likeness, np.float32(0))


def session(context: Context, rows: Rows) -> NDArray[np.float32]:
    """float32 [n]: sum over positive events of b_k <engage_k, index_j>, divided by 1 + the sum of all b_k."""
    if context.evidence.session_embedding is None:
        return np.zeros(len(rows), dtype=np.float32)
    return np.asarray(context.catalogue.index[rows] @ context.evidence.session_embedding, dtype=np.float32)


def format_affinity(context: Context) -> NDArray[np.float32]:
    """float32 [formats + 1]: share of a mass by format, times confidence; the last is for items without one."""
    formats = len(context.catalogue.format_words)
    if not context.personalized:
        return np.zeros(formats + 1, dtype=np.float32)
    events, amounts = context.evidence.relative_amounts
    of_event = context.catalogue.formats[events.rows]
    known = of_event >= 0
    sums = np.bincount(of_event[known], weights=amounts[known], minlength=formats + 1)
    return (sums / context.evidence.mass * context.evidence.confidence).astype(np.float32)
