"""Filter: items that were shown several times without engagement."""

import numpy as np
from numpy.typing import NDArray

from app.pipeline.context import Context
from models.ids import Rows
from models.kernels.rows import among


class Rested:
    """Removes items that rest because the person was shown them again and again and did nothing."""

    name = "rested"

    def __call__(self, context: Context, rows: Rows) -> NDArray[np.bool_]:
        """Bool [n], True to keep."""
        return ~among(rows, context.exclusions.rested)
