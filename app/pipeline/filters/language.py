"""Filter: items in languages that the person does not read."""

import numpy as np
from numpy.typing import NDArray

from app.pipeline.context import Context
from models.ids import Rows


class Language:
    """Removes items in other languages than the preferred ones, where a person named any; items without one stay."""

    name = "language"

    def __call__(self, context: Context, rows: Rows) -> NDArray[np.bool_]:
        """Bool [n], True to keep."""
        if context.languages is None:
            return np.ones(len(rows), dtype=np.bool_)
        languages = context.catalogue.languages[rows]
        return np.isin(languages, context.languages) | (languages < 0)
