"""The topics among which exploration drew, and how likely each of them was."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from models.inclusion import BetaDraws


@dataclass(frozen=True, slots=True)
class TopicDraw:
    """One draw of topics to explore.

    Attributes:
        topics: int [n], those that could be drawn, ascending.
        betas: of these, in the same order.
    """

    topics: NDArray[np.int64]
    betas: BetaDraws
