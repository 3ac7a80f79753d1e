"""Source: what a person stated: nearest neighbours of goals and preferred tags, and items of preferred kinds."""

import numpy as np

from app.pipeline.context import Context
from app.pipeline.nearest import STATED, nearest
from app.pipeline.stated_preferences import rows_preferred
from models.ids import Rows


class Stated:
    """Steers a cold start from the first request."""

    name = STATED

    def __call__(self, context: Context) -> Rows:
        """Rows, best first; none without an explicit profile."""
        found, beside = nearest(context, self.name)
        return np.concatenate([found[found >= 0], beside, _of_preferred_kinds(context)])


def _of_preferred_kinds(context: Context) -> Rows:
    """Of the preferred providers and formats the most popular items, of equals the newest."""
    rows, count = context.exclusions.searchable(rows_preferred(context)), context.settings.sources.stated
    rows = rows if context.request.asked is None else context.request.asked.among(rows)
    if not len(rows) or not count:
        return rows[:0]
    published = context.catalogue.published_at[rows]
    newness = np.searchsorted(np.sort(published), published) / (2.0 * len(rows))
    merit = context.environment.popularity.counts(rows) + 1e-9 * newness
    best = np.argpartition(-merit, count - 1)[:count] if len(rows) > count else np.arange(len(rows))
    return rows[best[np.argsort(-merit[best], kind="stable")]]
