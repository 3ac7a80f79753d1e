"""Filter: items that the caller asked to leave out."""

import numpy as np
from numpy.typing import NDArray

from app.pipeline.context import Context
from models.ids import Rows
from models.kernels.rows import among


class Excluded:
    """Removes what stands in the request's `exclude`."""

    name = "excluded"

    def __call__(self, context: Context, rows: Rows) -> NDArray[np.bool_]:
        """Bool [n], True to keep."""
        return ~among(rows, context.request.exclude)
