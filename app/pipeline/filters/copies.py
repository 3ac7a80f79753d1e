"""Filter: items in whose place another stands that says the same."""

import numpy as np
from numpy.typing import NDArray

from app.pipeline.context import Context
from models.ids import Rows
from models.kernels.rows import among


class Copies:
    """Removes all but one of the items that say the same under several ids."""

    name = "copies"

    def __call__(self, context: Context, rows: Rows) -> NDArray[np.bool_]:
        """Bool [n], True to keep."""
        return ~among(rows, context.exclusions.repeats)
