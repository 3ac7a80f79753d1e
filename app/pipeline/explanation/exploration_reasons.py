"""What is said of exploration: its topic, and the interest that it borders on."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from app.pipeline.context import Context
from app.pipeline.explanation.nameable import nameable_topic
from app.pipeline.slate import Reason
from models.ids import Rows


def topic_reasons(context: Context, rows: Rows, exploratory: NDArray[np.bool_]) -> list[Reason]:
    """For each item its topic; for exploration also the established interest that it borders on, if any.

    An item borders on an interest if of all topics but its own that one is the nearest to it.
    """
    topics = context.catalogue.topics[rows]
    borders = np.full(len(rows), -1)
    borders[exploratory] = _borders(context, rows[exploratory])
    names = {topic: nameable_topic(context, topic) for topic in {*topics.tolist(), *borders.tolist()}}
    return [
        Reason("explore", topic=names[topic], border=names[border])
        for topic, border in zip(topics.tolist(), borders.tolist(), strict=True)
    ]


def _borders(context: Context, rows: Rows) -> NDArray[np.int64]:
    """The nearest other topic of each item where that is an established interest, else -1."""
    centroids = context.catalogue.topic_centroids[: context.catalogue.unread_topic]
    if len(centroids) < 2 or not len(context.evidence.established) or not len(rows):
        return np.full(len(rows), -1)
    closeness = context.catalogue.content[rows] @ centroids.T
    own = context.catalogue.topics[rows]
    read = np.flatnonzero(own < len(centroids))
    closeness[read, own[read]] = -np.inf
    nearest = closeness.argmax(axis=1)
    return np.where(np.isin(nearest, context.evidence.established) & (own < len(centroids)), nearest, -1)
