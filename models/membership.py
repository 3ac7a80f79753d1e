"""Which rows are among others."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from models.ids import Rows
from models.kernels import rows as kernels
from models.kernels.compiler import COMPILED


def among(rows: Rows, others: Rows) -> NDArray[np.bool_]:
    """Bool [n]: whether each row is among others, which are ascending."""
    if not len(others):
        return np.zeros(len(rows), dtype=np.bool_)
    return kernels.among(rows, others) if COMPILED else np.isin(rows, others)
