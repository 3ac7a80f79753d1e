"""Filter: items that the person spoke against."""

import numpy as np
from numpy.typing import NDArray

from app.pipeline.context import Context
from models.ids import Rows
from models.kernels.rows import among


class Dismissed:
    """Removes items with a negative event of this person."""

    name = "dismissed"

    def __call__(self, context: Context, rows: Rows) -> NDArray[np.bool_]:
        """Bool [n], True to keep."""
        return ~among(rows, context.exclusions.dismissed)
