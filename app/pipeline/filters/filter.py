"""Filter: items that the request's filter does not ask for."""

import numpy as np
from numpy.typing import NDArray

from app.pipeline.context import Context
from models.ids import Rows


class Asked:
    """Removes what the request's `filter`, or that of its scenario, does not hold for."""

    name = "filter"

    def __call__(self, context: Context, rows: Rows) -> NDArray[np.bool_]:
        """Bool [n], True to keep."""
        asked = context.request.asked
        return np.ones(len(rows), np.bool_) if asked is None else asked.rows[rows]
