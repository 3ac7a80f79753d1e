"""Source: nearest neighbours of the whole user embedding."""

import numpy as np

from app.pipeline.context import Context
from app.pipeline.nearest import EMBEDDING, nearest
from models.ids import Rows


class Embedding:
    """What a person likes as a whole, dismissals and explicit profile included."""

    name = EMBEDDING

    def __call__(self, context: Context) -> Rows:
        """Rows, best first."""
        found, beside = nearest(context, self.name)
        return np.concatenate([found[found >= 0], beside])
