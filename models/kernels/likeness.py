"""Inner products of candidates' vectors with what a person likes: one pass over the vectors, where they are."""

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
def likenesses(vectors: Vectors, places: Codes, topics: Codes, tastes: Tastes) -> Vectors:
    """float32 [3, n]: inner products with the whole, with the interest of the candidate's topic, with the session.

    Args:
        vectors: float32 [rows, d].
        places: int32 [n], the row of each candidate.
        topics: int32 [n], of each candidate.
        tastes: what they are compared with.
    """
    found = np.zeros((3, len(places)), np.float32)
    for item in range(len(places)):
        vector, taste = vectors[places[item]], tastes.of_topic[topics[item]]
        found[0, item] = inner(tastes.whole, vector, len(tastes.whole))
        if taste >= 0:
            found[1, item] = inner(tastes.interests[taste], vector, tastes.interests.shape[1])
        found[2, item] = inner(tastes.session, vector, len(tastes.session))
    return found


@kernel
def inner(one: Vectors, other: Vectors, width: int) -> float:
    """Inner product of the first places, in single precision."""
    total = np.float32(0)
    for place in range(width):
        total += one[place] * other[place]
    return float(total)
