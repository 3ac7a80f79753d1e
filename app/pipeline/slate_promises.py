"""What a slate is held to, in items, and which candidates count towards it."""

from __future__ import annotations

import math
from typing import Final

import numpy as np
from numpy.typing import NDArray

from app.pipeline.candidates import TERMS, Candidates
from app.pipeline.context import Context
from models.floors import Demand, Pool
from models.ids import Rows
from models.user_state import DAY_SECONDS

_NO_CONTENT: Final = np.empty((0, 0), dtype=np.float32)
_NO_SHARES: Final = np.empty(0)


def demand_of(context: Context) -> Demand:
    """The floors and the caps for the asked length; no exploration is owed to whom nothing is known of.

    Exploration is owed over a window of shown slots: what the slots shown before this slate have in surplus or are
    short of counts. Since the share holds at the end of every slate, at most the whole slate can be owed.
    """
    floors, limit = context.settings.floors, context.request.limit
    shown = context.request.shown[-max(0, floors.window_slots - limit) :] if floors.window_slots > limit else ()
    owed = _share_of(floors.exploration_share, len(shown) + limit) - sum(shown)
    return Demand(
        length=limit,
        exploration=min(max(owed, 0), limit) if context.personalized else 0,
        recency=_share_of(floors.recency_share, limit),
        topic_cap=max(1, _share_of(floors.topic_cap_share, limit)),
        provider_cap=max(1, _share_of(floors.provider_cap_share, limit)),
    )


def _share_of(share: float, slots: int) -> int:
    """The least whole number of slots that is at least a share."""
    return math.ceil(share * slots - 1e-9)


def pool_of(context: Context, candidates: Candidates, *, counted: bool = False) -> Pool:
    """The candidates as the reranker sees them, or, to be `counted` only, without likenesses and shares."""
    catalogue, rows = context.catalogue, candidates.rows
    topics = catalogue.topics[rows]
    outside = ~context.ground.covers(rows) & context.personalized
    content, places = (_NO_CONTENT, None) if counted else catalogue.content.located(rows)
    return Pool(
        scores=candidates.scores,
        topics=topics,
        exploratory=outside,
        recent=catalogue.published_at[rows] >= recent_since(context),
        providers=catalogue.providers[rows],
        content=content,
        shares=_NO_SHARES if counted else _owed_shares(context, candidates)[topics],
        places=places,
    )


def rows_of_floor(context: Context, floor: str) -> Rows:
    """All rows that are asked for and count towards `length`, `recency` or `exploration`, eligible or not."""
    catalogue, asked = context.catalogue, context.request.asked
    if floor == "length":
        return np.arange(len(catalogue), dtype=np.int32) if asked is None else asked.listed
    if floor == "recency":
        recent = catalogue.published_since(recent_since(context), context.now)
        return recent if asked is None else asked.among(recent)
    if asked is not None:
        return asked.listed[~context.ground.covers(asked.listed)]
    topics = np.setdiff1d(np.arange(len(catalogue.topic_names)), context.ground.topics)
    places = [catalogue.rows_of_topic(int(topic)) for topic in topics]
    rows = np.concatenate([*places, np.empty(0, dtype=np.int32)])
    return rows[~context.ground.covers(rows)]


def recent_since(context: Context) -> float:
    """Seconds since 1970 from which an item counts as recently published."""
    return context.now - context.settings.floors.recent_days * DAY_SECONDS


def _owed_shares(context: Context, candidates: Candidates) -> NDArray[np.float64]:
    """float64 [topics]: what each interest is owed of a slate.

    What the person spoke against is owed less: an interest counts for what aversion leaves, on average, of the scores
    of its candidates, and the others get what it loses.
    """
    topics, shares = context.catalogue.topics[candidates.rows], context.evidence.topic_shares
    left = np.exp(-np.maximum(candidates.terms[:, TERMS.index("aversion")], 0.0))
    counts = np.bincount(topics, minlength=len(shares))
    owed = shares * np.bincount(topics, weights=left, minlength=len(shares)) / np.maximum(counts, 1)
    total = owed.sum()
    return np.asarray(owed * (shares[counts > 0].sum() / total) if total > 0 else shares)
