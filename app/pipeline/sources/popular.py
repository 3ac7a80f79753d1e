"""Source: the most popular items."""

from app.pipeline.context import Context
from models.ids import Rows


class Popular:
    """By decayed count of positive events over all people."""

    name = "popular"

    def __call__(self, context: Context) -> Rows:
        """Rows, most popular first."""
        return context.exclusions.searchable(context.environment.popularity.top())[: context.settings.sources.popular]
