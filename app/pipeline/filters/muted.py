"""Filter: items of tags, topics and providers that the person never wants to see."""

import numpy as np
from numpy.typing import NDArray

from app.pipeline.context import Context
from models.ids import Rows


class Muted:
    """Removes items that bear a muted tag, belong to a muted topic or come from a muted provider."""

    name = "muted"

    def __call__(self, context: Context, rows: Rows) -> NDArray[np.bool_]:
        """Bool [n], True to keep."""
        return ~context.exclusions.mutes.cover(rows)
