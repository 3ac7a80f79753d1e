"""Quarters in which nothing happens: how often the test behind the alerts fires for nothing.

Figures are drawn as a day of people would make them, with a weekly rhythm, days of their own (`spread`) that may go on
into the next (`persistence`), and few or many people.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
from scipy.stats import beta

from models.statistics.change_detection import Floats, Harm, Series, episodes, standardized

WARM_UP: Final = 42
QUARTER: Final = 91
_RHYTHM: Final = np.array([1.0, 1.05, 1.0, 0.95, 1.1, 1.4, 1.3])


@dataclass(frozen=True, slots=True)
class Kind:
    """A service's figure.

    Attributes:
        name: in words.
        share: of what is counted.
        count: counted a day.
        spread: relative deviation of a day of its own.
        persistence: correlation of one day's with the next.
    """

    name: str
    share: float
    count: int
    spread: float
    persistence: float = 0.0


KINDS: Final = (
    Kind("many people, calm days", 0.03, 8_000, 0.0),
    Kind("many people, restless days", 0.03, 8_000, 0.1),
    Kind("restless days that go on", 0.03, 8_000, 0.1, 0.5),
    Kind("few people", 0.03, 600, 0.05),
    Kind("a rare thing", 0.001, 2_000, 0.05),
)


@dataclass(frozen=True, slots=True)
class Rate:
    """How often it fired for nothing: so many times in so many quarters, and the upper end of its 95 % interval."""

    kind: Kind
    alarms: int
    quarters: int

    @property
    def upper(self) -> float:
        """A quarter, by Clopper and Pearson; alarms are rare enough to be counted once a quarter."""
        if self.alarms >= self.quarters:
            return 1.0
        return float(beta.ppf(0.975, self.alarms + 1, self.quarters - self.alarms))


def false_alarm_rate(kind: Kind, quarters: int, seed: int, days: float, tolerated: float = 0.0) -> Rate:
    """What the test makes of quarters in which nothing changes.

    Args:
        kind: the figure.
        quarters: how many, four of them in a row each.
        seed: of everything that is drawn.
        days: mean time to a false alarm that is asked for.
        tolerated: change that nobody minds; 0 is the hardest.
    """
    runs = -(-quarters // 4)
    z = standardized(drawn(kind, runs, WARM_UP + 4 * QUARTER, seed), Harm(True, tolerated, 100))
    return Rate(kind, sum(len(episodes(each, days)) for each in z), 4 * runs)


def drawn(kind: Kind, runs: int, days: int, seed: int) -> Series:
    """Figures of so many services over so many days."""
    random, day = np.random.default_rng(seed), np.arange(days)
    own: Floats = random.normal(size=(runs, days))
    for each in range(1, days):
        own[:, each] = kind.persistence * own[:, each - 1] + np.sqrt(1 - kind.persistence**2) * own[:, each]
    counts = np.round(kind.count * np.exp(0.1 * random.normal(size=(runs, days))))
    share = np.clip(kind.share * _RHYTHM[day % 7] * np.exp(kind.spread * own - kind.spread**2 / 2), 0.0, 1.0)
    return Series(random.binomial(counts.astype(np.int64), share) / counts, counts, rate=True)
