"""Source: items linked to those that a person engaged with, where the vectors alone would miss them."""

from app.pipeline.context import Context
from models.ids import Rows


class Neighbours:
    """The sparse part of the item-to-item model, summed over the person's events."""

    name = "neighbours"

    def __call__(self, context: Context) -> Rows:
        """Rows with the largest sums, best first."""
        return context.evidence.features.nearest_neighbours
