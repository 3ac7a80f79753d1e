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
from models.kernels.likeness import Tastes, likenesses
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
        whole, of_interest, of_session = likenesses_of(context, rows)
        age = np.maximum(context.now - context.catalogue.published_at[rows], 0.0)
        terms: tuple[NDArray[Any], ...] = (
            similarity(context, rows, whole),
            decay(age, self._half_life),
            context.environment.popularity.share(rows, context.now),
            format_affinity(context)[context.catalogue.formats[rows]],
            of_interest,
            of_session,
            aversion(context, rows) - preference_exponents(context, rows),
        )
        columns = [
            context.environment.faults.leave_out(name, np.asarray(term, dtype=np.float32))
            for name, term in zip(TERMS, terms, strict=True)
        ]
        scored = candidates.scored(np.stack(columns, axis=1), self._weights)
        return scored.take(np.lexsort((context.catalogue.id_order.of(rows), -scored.scores)))


def likenesses_of(context: Context, rows: Rows) -> NDArray[np.float32]:
    """float32 [3, n]: inner products with the user embedding, the interest in the row's topic, and the session.

    The interest in a topic is the sum over its positive events of p_k engage_k in the content block: an average of
    content lies between a person's interests, this one keeps to one of them. Behaviour has no part in it: it is
    learned so that sums over all that a person did predict. The session's is the sum of b_k engage_k, divided by 1 +
    the sum of all b_k.
    """
    return likenesses(*context.catalogue.index.located(rows), context.catalogue.topics[rows], tastes_of(context))


def likenesses_by_columns(context: Context, rows: Rows, tastes: Tastes) -> NDArray[np.float32]:
    """The same for all rows at a time: what the compiled loop is held to."""
    index, taste = context.catalogue.index[rows], tastes.of_topic[context.catalogue.topics[rows]]
    found = np.zeros((3, len(rows)), dtype=np.float32)
    found[0] = index @ tastes.whole
    known, width = np.flatnonzero(taste >= 0), tastes.interests.shape[1]
    found[1, known] = np.einsum("nd,nd->n", index[known, :width], tastes.interests[taste[known]])
    if len(tastes.session):
        found[2] = index @ tastes.session
    return found


def tastes_of(context: Context) -> Tastes:
    """What items are compared with."""
    topics, interests = context.evidence.interest_embeddings
    of_topic = np.full(len(context.catalogue.topic_names), -1, dtype=np.int32)
    of_topic[topics] = np.arange(len(topics))
    session = context.evidence.session_embedding
    nothing = np.empty(0, dtype=np.float32)
    return Tastes(context.evidence.embedding, nothing if session is None else session, interests, of_topic)


def similarity(context: Context, rows: Rows, likeness: NDArray[np.float32]) -> NDArray[np.float32]:
    """float32 [n]: likeness to the user embedding, plus the neighbours' part, times confidence."""
    if not context.personalized:
        return np.zeros(len(rows), dtype=np.float32)
    linked, sums = context.evidence.neighbour_sums
    if len(linked):
        place = np.minimum(np.searchsorted(linked, rows), len(linked) - 1)
        likeness = likeness + np.where(linked[place] == rows, sums[place], 0)
    return np.asarray(likeness * np.float32(context.evidence.confidence), dtype=np.float32)


def format_affinity(context: Context) -> NDArray[np.float32]:
    """float32 [formats + 1]: share of a mass by format, times confidence; the last is for items without one."""
    formats = len(context.catalogue.format_words)
    if not context.personalized:
        return np.zeros(formats + 1, dtype=np.float32)
    scale = context.evidence.relative_fade[0] / context.evidence.mass * context.evidence.confidence
    return (context.evidence.features.format_masses * scale).astype(np.float32)
