"""Filter: items that are the person's own (by setting)."""

import numpy as np
from numpy.typing import NDArray

from app.pipeline.context import Context
from models.ids import Rows
from models.kernels.rows import among


class Own:
    """Removes items of which the person is the provider or the author: nobody need be told of what they made."""

    name = "own"

    def __call__(self, context: Context, rows: Rows) -> NDArray[np.bool_]:
        """Bool [n], True to keep."""
        return ~among(rows, context.exclusions.own)
