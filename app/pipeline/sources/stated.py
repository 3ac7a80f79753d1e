"""Source: nearest neighbours of what a person stated: goals and preferred tags."""

import numpy as np

from app.pipeline.context import Context
from app.pipeline.nearest import nearest
from models.ids import Rows


class Stated:
    """Steers a cold start from the first request."""

    name = "stated"

    def __call__(self, context: Context) -> Rows:
        """Rows, best first; none without an explicit profile."""
        if context.evidence.explicit is None:
            return np.empty(0, dtype=np.int32)
        count = context.settings.sources.stated
        found, beside = nearest(context, self.name, context.evidence.explicit[None], np.array([count]))
        return np.concatenate([found[found >= 0], beside])
