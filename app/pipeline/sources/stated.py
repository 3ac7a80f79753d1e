"""Source: nearest neighbours of what a person stated: goals and preferred tags."""

import numpy as np

from app.pipeline.context import Context
from models.ids import Rows


class Stated:
    """Steers a cold start from the first request."""

    name = "stated"

    def __call__(self, context: Context) -> Rows:
        """Rows, best first; none without an explicit profile."""
        if context.evidence.explicit is None:
            return np.empty(0, dtype=np.int32)
        count = context.settings.sources.stated
        rows = context.catalogue.search(context.evidence.explicit[None], count, context.exclusions.unsearchable).rows[0]
        return np.asarray(rows[rows >= 0])
