"""Source: good items from topics outside a person's established interests."""

import numpy as np
from numpy.typing import NDArray

from app.pipeline.context import Context
from models.ids import Rows

_SHARPNESS = 8.0


class Explore:
    """Draws topics by their closeness to the person, and takes the most popular items of each.

    The draw is a Gumbel top-k over closeness, seeded by person and snapshot: the same request gets the same topics.
    """

    name = "explore"

    def __call__(self, context: Context) -> Rows:
        """Rows, the drawn topics taking turns."""
        per_topic = [self._best(context, int(topic)) for topic in self._draw(context)]
        turns = np.full((context.settings.sources.explore_items, len(per_topic)), -1, dtype=np.int32)
        for column, rows in enumerate(per_topic):
            turns[: len(rows), column] = rows
        return turns[turns >= 0]

    def _draw(self, context: Context) -> NDArray[np.int64]:
        centroids = context.catalogue.snapshot.vectors.topic_centroids
        outside = np.setdiff1d(np.arange(len(centroids)), context.established)
        closeness = centroids[outside] @ context.embedding[: centroids.shape[1]]
        noise = context.generator("explore").gumbel(size=len(outside))
        order = np.argsort(-(_SHARPNESS * closeness + noise), kind="stable")
        return outside[order[: context.settings.sources.explore_topics]]

    @staticmethod
    def _best(context: Context, topic: int) -> Rows:
        rows = context.searchable(context.catalogue.rows_of_topic(topic))
        published = context.catalogue.published_at[rows]
        order = np.lexsort((rows, -published, -context.world.popularity.counts(rows)))
        return rows[order[: context.settings.sources.explore_items]]
