"""Source: the most recently published items."""

from app.pipeline.context import Context
from models.ids import Rows


class Fresh:
    """Newest first."""

    name = "fresh"

    def __call__(self, context: Context) -> Rows:
        """Rows, newest first."""
        count = context.settings.sources.fresh + len(context.exclusions.unsearchable)
        newest = context.catalogue.newest(context.now, count, context.request.asked)
        return context.exclusions.searchable(newest)[: context.settings.sources.fresh]
