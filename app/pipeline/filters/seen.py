"""Filter: items that the person has seen (by request, and by setting)."""

import numpy as np
from numpy.typing import NDArray

from app.pipeline.context import Context
from models.ids import Rows
from models.kernels.rows import among


class Seen:
    """Removes what the person clicked, rated, saved or finished; being shown an item is not seeing it."""

    name = "seen"

    def __call__(self, context: Context, rows: Rows) -> NDArray[np.bool_]:
        """Bool [n], True to keep."""
        if not context.exclusions.hide_seen:
            return np.ones(len(rows), dtype=np.bool_)
        return ~among(rows, context.exclusions.seen)
