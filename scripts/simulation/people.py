"""People with known tastes, dislikes, fatigue, and a rhythm of day and week."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]

TOPICS: Final = 12
WEEK_RHYTHM: Final = np.array([1.0, 1.0, 0.95, 1.0, 0.9, 0.7, 0.75])
"""How many come, Monday first."""
WEEKEND_MOOD: Final = np.array([1.0, 1.0, 1.0, 1.0, 1.05, 1.25, 1.2])
"""How much sooner somebody speaks against an item."""
_FATIGUE_LEFT: Final = 0.8
_FATIGUE_GAIN: Final = 0.08


@dataclass(slots=True)
class People:
    """Everybody.

    Attributes:
        taste: float64 [n, topics], shares.
        disliked: bool [n, topics].
        fatigue: float64 [n, topics], 0 where a topic is fresh.
        eager: float64 [n], chance to come on a usual day.
        hour: float64 [n], of the day at which each usually comes.
        opted_out: bool [n].
    """

    taste: Floats
    disliked: NDArray[np.bool_]
    fatigue: Floats
    eager: Floats
    hour: Floats
    opted_out: NDArray[np.bool_]

    @classmethod
    def born(cls, count: int, random: np.random.Generator) -> People:
        """People of all kinds."""
        return cls(
            taste=random.dirichlet(np.full(TOPICS, 0.5), size=count),
            disliked=random.random((count, TOPICS)) < 0.12,
            fatigue=np.zeros((count, TOPICS)),
            eager=random.beta(2.0, 3.0, size=count),
            hour=random.normal(16.0, 4.0, size=count) % 24.0,
            opted_out=np.zeros(count, dtype=np.bool_),
        )

    def visitors(self, weekday: int, random: np.random.Generator) -> NDArray[np.int64]:
        """Who comes today."""
        return np.flatnonzero(random.random(len(self.eager)) < self.eager * WEEK_RHYTHM[weekday])

    def tire(self, served: Floats) -> None:
        """After a day: float64 [n, topics], how often each was served each topic."""
        self.fatigue = _FATIGUE_LEFT * self.fatigue + _FATIGUE_GAIN * served

    def liking(self, who: NDArray[np.int64], topics: NDArray[np.int64]) -> Floats:
        """float64: the chance that a person takes up a slot that they have seen."""
        return np.asarray(np.clip(0.6 * self.taste[who, topics] * np.exp(-self.fatigue[who, topics]), 0.0, 0.9))

    def opposing(self, who: NDArray[np.int64], topics: NDArray[np.int64], weekday: int) -> Floats:
        """float64: the chance that they speak against it."""
        chance = 0.01 * (1.0 + self.fatigue[who, topics]) + 0.15 * self.disliked[who, topics]
        return np.asarray(np.clip(WEEKEND_MOOD[weekday] * chance, 0.0, 0.9))
