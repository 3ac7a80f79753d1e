"""Scorer: the named terms of the score and their weighted sum."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from app.pipeline.aversion import aversion
from app.pipeline.candidates import TERMS, Candidates
from app.pipeline.context import Context
from app.pipeline.settings import RankingWeights
from app.pipeline.stated_preferences import preference_exponents, preferences_kept
from models.ids import Rows
from models.kernels.likeness import Tastes
from models.kernels.terms import Personal, terms_of
from models.user_state import DAY_SECONDS, decay

_NO_ROWS = np.empty(0, dtype=np.int32)
_NO_SUMS = np.empty(0, dtype=np.float32)


class WeightedScorer:
    """The summands of the score by weight; aversion lowers their sum, stated preferences raise it."""

    name = "scorer"

    def __init__(self, weights: RankingWeights) -> None:
        self._half_life = weights.recency_half_life_days * DAY_SECONDS
        self._weights = weights.vector()

    def __call__(self, context: Context, candidates: Candidates) -> Candidates:
        """The same candidates with terms and scores, best first; ties by item id."""
        rows = candidates.rows
        terms = self._terms(context, rows)
        terms[:, -2] = preferences_kept(context, rows)
        terms[:, -1] = aversion(context, rows) - preference_exponents(context, rows)
        if not np.isfinite(terms).all():
            faults = context.environment.faults
            terms = np.stack([faults.leave_out(*named) for named in zip(TERMS, terms.T, strict=True)], axis=1)
        scored = candidates.scored(terms, self._weights)
        return scored.take(np.lexsort((context.catalogue.id_order.of(rows), -scored.scores)))

    def _terms(self, context: Context, rows: Rows) -> NDArray[np.float32]:
        """float32 [n, terms], the last two of them 0."""
        catalogue, popular = context.catalogue, context.environment.popularity.as_of(context.now)
        vectors, personal = context.index_vectors(rows), _personal(context)
        time = (float(context.now), self._half_life)
        return terms_of(rows, catalogue.located(rows), vectors, tastes_of(context), personal, popular, time)


def terms_by_columns(context: Context, rows: Rows, weights: RankingWeights) -> NDArray[np.float32]:
    """The same for all rows at a time: what the compiled loop is held to."""
    whole, of_interest, of_session = likenesses_by_columns(context, rows, tastes_of(context))
    age = np.maximum(context.now - context.catalogue.published_at[rows], 0.0)
    columns: tuple[NDArray[Any], ...] = (
        similarity(context, rows, whole),
        decay(age, weights.recency_half_life_days * DAY_SECONDS),
        context.environment.popularity.share(rows, context.now),
        format_affinity(context)[context.catalogue.formats[rows]],
        of_interest,
        of_session,
        np.zeros(len(rows)),
        np.zeros(len(rows)),
    )
    return np.stack([np.asarray(column, dtype=np.float32) for column in columns], axis=1)


def _personal(context: Context) -> Personal:
    if not context.personalized:
        return Personal(_NO_ROWS, _NO_SUMS, format_affinity(context), 0.0)
    return Personal(*context.evidence.neighbour_sums, format_affinity(context), context.evidence.confidence)


def likenesses_by_columns(context: Context, rows: Rows, tastes: Tastes) -> NDArray[np.float32]:
    """float32 [3, n]: inner products with the user embedding, the interest in the row's topic, and the session.

    The interest in a topic is the sum over its positive events of p_k engage_k in the content block: an average of
    content lies between a person's interests, this one keeps to one of them. Behaviour has no part in it: it is
    learned so that sums over all that a person did predict. The session's is the sum of b_k engage_k, divided by 1 +
    the sum of all b_k.
    """
    index, taste = context.index(rows), tastes.of_topic[context.catalogue.topics[rows]]
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
