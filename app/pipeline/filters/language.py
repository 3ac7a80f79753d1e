"""Filter: items in languages that the person does not read."""

import numpy as np
from numpy.typing import NDArray

from app.pipeline.context import Context
from models.ids import Rows
from models.kernels.rows import among


class Language:
    """Removes items in languages that no range which the person named accepts; those of unknown language stay."""

    name = "language"

    def __call__(self, context: Context, rows: Rows) -> NDArray[np.bool_]:
        """Bool [n], True to keep."""
        unread = context.exclusions.unread
        return ~among(context.catalogue.languages[rows], unread) if len(unread) else np.ones(len(rows), np.bool_)
