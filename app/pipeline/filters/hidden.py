"""Filter: items that were deleted, or are not published yet."""

import numpy as np
from numpy.typing import NDArray

from app.pipeline.context import Context
from models.ids import Rows


class Hidden:
    """Removes deleted items and those whose `published_at` lies ahead."""

    name = "hidden"

    def __call__(self, context: Context, rows: Rows) -> NDArray[np.bool_]:
        """Bool [n], True to keep."""
        return context.catalogue.alive[rows] & (context.catalogue.published_at[rows] <= context.now)
