"""Source: nearest neighbours of what a person stated: goals and preferred tags."""

import numpy as np

from app.pipeline.context import Context
from app.pipeline.nearest import STATED, nearest
from models.ids import Rows


class Stated:
    """Steers a cold start from the first request."""

    name = STATED

    def __call__(self, context: Context) -> Rows:
        """Rows, best first; none without an explicit profile."""
        found, beside = nearest(context, self.name)
        return np.concatenate([found[found >= 0], beside])
