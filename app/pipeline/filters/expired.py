"""Filter: items whose time is over."""

import numpy as np
from numpy.typing import NDArray

from app.pipeline.context import Context
from models.ids import Rows


class Expired:
    """Removes items from their `expires_at` on."""

    name = "expired"

    def __call__(self, context: Context, rows: Rows) -> NDArray[np.bool_]:
        """Bool [n], True to keep."""
        return np.asarray(context.catalogue.expires_at[rows] > context.now)
