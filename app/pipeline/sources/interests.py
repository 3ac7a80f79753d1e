"""Source: nearest neighbours of each established interest, as many as its share of the mass."""

import numpy as np

from app.pipeline.context import Context
from app.pipeline.nearest import nearest
from models.ids import Rows


class Interests:
    """One query per established topic, so that a minority interest is not averaged away."""

    name = "interests"

    def __call__(self, context: Context) -> Rows:
        """Rows found, the interests taking turns."""
        if not context.person or not len(context.evidence.established) or not context.settings.sources.interests:
            return np.empty(0, dtype=np.int32)
        queries, quotas = context.evidence.features.interests
        if not len(quotas):
            return np.empty(0, dtype=np.int32)
        found, beside = nearest(context, self.name, queries, quotas)
        turns = found.T.ravel()
        return np.concatenate([turns[turns >= 0], beside])
