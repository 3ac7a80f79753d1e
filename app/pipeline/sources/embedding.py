"""Source: nearest neighbours of the whole user embedding."""

import numpy as np

from app.pipeline.context import Context
from app.pipeline.nearest import nearest
from models.ids import Rows


class Embedding:
    """What a person likes as a whole, dismissals and explicit profile included."""

    name = "embedding"

    def __call__(self, context: Context) -> Rows:
        """Rows, best first."""
        if not context.personalized:
            return np.empty(0, dtype=np.int32)
        count = context.settings.sources.embedding
        found, beside = nearest(context, self.name, context.evidence.hourly_embedding[None], np.array([count]))
        return np.concatenate([found[found >= 0], beside])
