"""Source: the most popular items."""

from app.pipeline.context import Context
from models.ids import Rows


class Popular:
    """By decayed count of positive events over all people."""

    name = "popular"

    def __call__(self, context: Context) -> Rows:
        """Rows, most popular first."""
        count, asked = context.settings.sources.popular, context.request.asked
        rows = context.environment.popularity.top()
        if asked is not None:
            rows = context.environment.popularity.top_among(asked, count + len(context.exclusions.unsearchable))
        return context.exclusions.searchable(rows)[:count]
