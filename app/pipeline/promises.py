"""What a slate is held to, in items, and which candidates count towards it."""

from __future__ import annotations

import math

import numpy as np

from app.pipeline.candidates import Candidates
from app.pipeline.context import Context
from models.floors import Demand, Pool
from models.user_state import DAY_SECONDS


def demand_of(context: Context) -> Demand:
    """The floors and the cap for the asked length; no exploration is owed to whom nothing is known of."""
    floors, limit = context.settings.floors, context.ask.limit
    return Demand(
        length=limit,
        exploration=math.ceil(floors.exploration_share * limit - 1e-9) if context.personalized else 0,
        recency=math.ceil(floors.recency_share * limit - 1e-9),
        topic_cap=max(1, math.ceil(floors.topic_cap_share * limit - 1e-9)),
    )


def pool_of(context: Context, candidates: Candidates) -> Pool:
    """The candidates as the reranker sees them."""
    topics = context.catalogue.topics[candidates.rows]
    outside = ~np.isin(topics, context.established) & context.personalized
    return Pool(
        scores=candidates.scores,
        topics=topics,
        exploratory=outside,
        recent=context.catalogue.published_at[candidates.rows] >= recent_since(context),
    )


def recent_since(context: Context) -> float:
    """Seconds since 1970 from which an item counts as recently published."""
    return context.now - context.settings.floors.recent_days * DAY_SECONDS
