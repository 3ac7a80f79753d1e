"""Source: the most recently published items."""

from app.pipeline.context import Context
from models.ids import Rows


class Fresh:
    """Newest first."""

    name = "fresh"

    def __call__(self, context: Context) -> Rows:
        """Rows, newest first."""
        newest = context.catalogue.newest(
            context.now, context.settings.sources.fresh + len(context.exclusions.unsearchable)
        )
        return context.exclusions.searchable(newest)[: context.settings.sources.fresh]
