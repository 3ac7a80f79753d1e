"""The topics among which exploration drew, what it knew of each, and which it drew."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from models.inclusion import BetaDraws
from models.topic_draws import DrawSettings, Levels, Numbers, beta_parameters


@dataclass(frozen=True, slots=True)
class TopicDraw:
    """One draw of topics to explore.

    Attributes:
        topics: int [n], those that could be drawn, ascending.
        levels: uint8 [n], how close each is to the person.
        received: successes, failures and ignored, float64 [n] each.
        settings: how they were drawn.
        drawn: int [k], positions in `topics`, in the order in which they were drawn.
    """

    topics: NDArray[np.int64]
    levels: Levels
    received: tuple[Numbers, Numbers, Numbers]
    settings: DrawSettings
    drawn: NDArray[np.int64]

    @property
    def betas(self) -> BetaDraws:
        """The distributions."""
        a, b = beta_parameters(self.levels, self.received, self.settings)
        return BetaDraws(a, b, len(self.drawn))

    @property
    def is_choice(self) -> bool:
        """Whether others could have been drawn."""
        return 0 < len(self.drawn) < len(self.topics)

    def by_code(self) -> Levels:
        """uint8 [codes]: levels by the code of a topic, 0 of those that could not be drawn."""
        levels = np.zeros(int(self.topics.max(initial=-1)) + 1, dtype=np.uint8)
        levels[self.topics] = self.levels
        return levels
