"""Filter: items on sensitive topics that the person has not permitted."""

import numpy as np
from numpy.typing import NDArray

from app.pipeline.context import Context
from models.ids import Rows


class Sensitive:
    """Removes items that touch any sensitive topic outside the person's `allowed_sensitive_topics`."""

    name = "sensitive"

    def __call__(self, context: Context, rows: Rows) -> NDArray[np.bool_]:
        """Bool [n], True to keep."""
        return np.asarray((context.catalogue.sensitive[rows] & ~context.allowed_sensitive) == 0)
