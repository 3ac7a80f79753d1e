"""How much of the exact answer an approximate index finds."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray


def overlap_at(found: NDArray[np.integer], exact: NDArray[np.integer]) -> float:
    """Mean share of `exact` [q, k] that stands in `found` [q, k], row by row: recall@k of an approximate index."""
    return float(np.mean([np.isin(truth, guess).mean() for truth, guess in zip(exact, found, strict=True)]))
