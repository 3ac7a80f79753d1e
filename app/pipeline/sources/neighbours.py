"""Source: items linked to those that a person engaged with, where the vectors alone would miss them."""

from app.pipeline.context import Context
from models.ids import Rows


class Neighbours:
    """The sparse part of the item-to-item model, summed over the person's events."""

    name = "neighbours"

    def __call__(self, context: Context) -> Rows:
        """Rows with the largest sums, best first."""
        asked, features = context.request.asked, context.evidence.features
        return features.nearest_neighbours if asked is None else features.nearest_neighbours_among(asked.rows)
