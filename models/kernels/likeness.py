"""Inner products of vectors, and what of a person's candidates are compared with."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from models.kernels.compiler import kernel

Vectors = NDArray[np.float32]
Codes = NDArray[np.int32]


class Tastes(NamedTuple):
    """What candidates are compared with.

    Attributes:
        whole: float32 [d].
        session: float32 [d]; empty for none.
        interests: float32 [t, width], one for each topic that has one.
        of_topic: int32 [topics], row of each topic in `interests`, -1 for none.
    """

    whole: Vectors
    session: Vectors
    interests: Vectors
    of_topic: Codes


@kernel
def inner(one: Vectors, other: Vectors, width: int) -> float:
    """Inner product of the first places, in single precision."""
    total = np.float32(0)
    for place in range(width):
        total += one[place] * other[place]
    return float(total)
