"""Source: nearest neighbours of each established interest, as many as its share of the mass."""

import numpy as np

from app.pipeline.context import Context
from app.pipeline.nearest import INTERESTS, nearest
from models.ids import Rows


class Interests:
    """One query per established topic, so that a minority interest is not averaged away."""

    name = INTERESTS

    def __call__(self, context: Context) -> Rows:
        """Rows found, the interests taking turns."""
        found, beside = nearest(context, self.name)
        turns = found.T.ravel()
        return np.concatenate([turns[turns >= 0], beside])
