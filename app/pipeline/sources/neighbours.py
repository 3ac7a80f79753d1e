"""Source: items linked to those that a person engaged with, where the vectors alone would miss them."""

from app.pipeline.context import Context
from models.ids import Rows


class Neighbours:
    """The sparse part of the item-to-item model, summed over the person's events."""

    name = "neighbours"

    def __call__(self, context: Context) -> Rows:
        """Rows with the largest sums, best first."""
        asked, count = context.request.asked, context.settings.sources.neighbours
        features = context.evidence.features
        if asked is None and count == context.environment.settings.sources.neighbours:
            return features.nearest_neighbours
        return features.strongest_neighbours(count, asked.rows if asked else None)
