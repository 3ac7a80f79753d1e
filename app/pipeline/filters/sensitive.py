"""Filter: items on sensitive topics that the person has not permitted."""

import numpy as np
from numpy.typing import NDArray

from app.pipeline.context import Context
from models.ids import Rows


class Sensitive:
    """Removes items that touch a sensitive topic which is recommended on permission only and not permitted."""

    name = "sensitive"

    def __call__(self, context: Context, rows: Rows) -> NDArray[np.bool_]:
        """Bool [n], True to keep."""
        catalogue = context.catalogue
        return catalogue.firewall.recommendable(catalogue.sensitive[rows], context.exclusions.allowed_sensitive)
