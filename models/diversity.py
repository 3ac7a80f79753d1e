"""Diversity of a list: how unlike its items are to each other."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray


def diversity_of(content: NDArray[np.float32]) -> float | None:
    """Mean over all pairs of 1 - cosine (Ziegler et al. 2005); None for fewer than two items.

    The cosines of all pairs sum up to (|sum of the vectors|^2 - n) / 2, so no pair is looked at.

    Args:
        content: float32 [n, d], unit vectors; one of zeros, which could not be read, is like nothing.

    >>> diversity_of(np.eye(3, dtype=np.float32))
    1.0
    >>> diversity_of(np.ones((2, 1), dtype=np.float32))
    0.0
    """
    count = len(content)
    if count < 2:
        return None
    total = content.sum(axis=0)
    alike = float(total @ total) - float(np.einsum("ij,ij->", content, content))
    return 1.0 - alike / (count * (count - 1))
