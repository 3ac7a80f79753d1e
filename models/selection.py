"""Choice of a slate: the best items, varied and in proportion to a person's interests, among what keeps every promise.

Among the items that leave every promise within reach (floors.py) the choice is the one with the largest gain in

    scores  +  calibration * sum over topics of p_t log(c_t)  +  diversity * log det of the slate's likenesses

where p_t is the share of topic t in a person's interests and c_t the topic's items in the slate: calibrated
recommendation (Steck 2018) as a submodular gain, and the greedy mode of a determinantal point process (Chen, Zhang and
Zhou 2018), whose gain is the log of what is left of an item's vector once those chosen are projected out. Scores count
relative to the range of the pool.

A cap per provider cuts across topics, so that counting is not enough: it is kept by the greedy choice wherever that can
be, and where the result breaks it, an integer program says whether any slate could have kept everything.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from models.floors import Counts, Demand, Pool
from models.kernels.greedy import BEFORE_THE_FIRST, LEAST_LEFT, choose


@dataclass(frozen=True, slots=True)
class Taste:
    """How scores are traded for variety.

    Attributes:
        calibration: weight of following the shares of a person's interests, in ranges of the pool's scores.
        diversity: weight of not being like the items that were chosen already, in the same unit.
        least_distance: cosine distance under which two items count as the same: not both are chosen if others are left.
    """

    calibration: float = 0.0
    diversity: float = 0.0
    least_distance: float = 0.0


def select(pool: Pool, demand: Demand, taste: Taste = Taste()) -> NDArray[np.int32]:
    """Positions in `pool` of the slate, best first, exploratory items spread evenly.

    Args:
        pool: candidates; equal values are taken in the order of the pool.
        demand: what the slate owes, as returned by `affordable`.
        taste: how scores are traded for variety.
    """
    chosen = greedy(pool, demand, taste)
    if not _exceeds(pool.providers[chosen], demand.provider_cap):
        return chosen
    exact = _exact(pool, demand)
    if exact is None:
        return chosen
    return exact[greedy(pool.take(exact), demand, taste)].astype(np.int32)


def greedy(pool: Pool, demand: Demand, taste: Taste) -> NDArray[np.int32]:
    """The greedy choice, int32 [length], compiled: as `greedy_by_columns` but for ties within rounding."""
    if not demand.length:
        return np.empty(0, dtype=np.int32)
    owed = np.array([demand.length, demand.exploration, demand.recency, demand.topic_cap, demand.provider_cap])
    groups = (pool.topics, pool.kinds, pool.providers)
    values = (_relative(pool), pool.shares, *pool.located)
    return choose(groups, values, owed, (taste.calibration, taste.diversity, taste.least_distance))


def greedy_by_columns(pool: Pool, demand: Demand, taste: Taste) -> NDArray[np.int32]:
    """The same, a column at a time: what the compiled loop is held to."""
    counts, variety = Counts(pool, demand), _Variety(pool, taste)
    chosen = np.empty(demand.length, dtype=np.int32)
    for slot in range(demand.length):
        values = np.where(variety.unlike(counts.eligible(slot)), variety.values(), -np.inf)
        best = int(np.argmax(values))
        counts.take(best)
        variety.take(best)
        chosen[slot] = best
    return chosen


def _relative(pool: Pool) -> NDArray[np.float64]:
    """float64 [n]: scores in ranges of the pool's scores."""
    scores = pool.scores.astype(np.float64)
    spread = float(np.ptp(scores)) if len(scores) else 0.0
    return scores / spread if spread > 0 else scores


def _exceeds(providers: NDArray[np.int32], cap: int) -> bool:
    named = providers[providers >= 0]
    return bool(len(named)) and int(np.bincount(named).max()) > cap


def _exact(pool: Pool, demand: Demand) -> NDArray[np.int64] | None:
    """Positions of the slate with the largest sum of scores that keeps everything; None where there is none."""
    from scipy.optimize import Bounds, LinearConstraint, milp  # noqa: PLC0415 - 45 MB that hardly a slate needs

    n = len(pool)
    rows = [np.ones((1, n)), pool.exploratory[None].astype(float), pool.recent[None].astype(float)]
    lower, upper = [demand.length, demand.exploration, demand.recency], [demand.length, n, n]
    for codes, cap in ((pool.topics, demand.topic_cap), (pool.providers, demand.provider_cap)):
        groups = np.unique(codes[codes >= 0])
        rows.append((codes[None] == groups[:, None]).astype(float))
        lower, upper = [*lower, *[0] * len(groups)], [*upper, *[cap] * len(groups)]
    solution = milp(
        -pool.scores.astype(np.float64),
        integrality=np.ones(n, dtype=np.int64),
        bounds=Bounds(0, 1),
        constraints=LinearConstraint(np.vstack(rows), lower, upper),
        options={"mip_rel_gap": 0.01, "time_limit": 0.5},
    )
    return None if solution.x is None else np.flatnonzero(solution.x > 0.5)


class _Variety:
    """The value of each candidate beside those already chosen."""

    def __init__(self, pool: Pool, taste: Taste) -> None:
        self._pool, self._taste = pool, taste
        vectors, places = pool.located
        self._content = vectors[places]
        self._relative = _relative(pool)
        self._nearest = np.full(len(pool), -1.0, dtype=np.float32)
        self._left = np.ones(len(pool), dtype=np.float32)
        self._projections: list[NDArray[np.float32]] = []
        self._taken = np.zeros(int(pool.topics.max(initial=0)) + 1)
        self._compares = taste.diversity > 0 or taste.least_distance > 0

    def values(self) -> NDArray[np.float64]:
        taken = self._taken[self._pool.topics] + BEFORE_THE_FIRST
        gain = self._taste.calibration * self._pool.shares * np.log1p(1 / taken) if self._taste.calibration else 0.0
        return self._relative + gain + self._taste.diversity * np.log(self._left)

    def unlike(self, eligible: NDArray[np.bool_]) -> NDArray[np.bool_]:
        """Those that are not nearly the same as one chosen, if there are any."""
        if not self._compares:
            return eligible
        distinct = eligible & (self._nearest <= 1 - self._taste.least_distance)
        return distinct if distinct.any() else eligible

    def take(self, position: int) -> None:
        self._taken[self._pool.topics[position]] += 1
        if not self._compares:
            return
        likeness = self._content @ self._content[position]
        np.maximum(self._nearest, likeness, out=self._nearest)
        for projection in self._projections:
            likeness -= projection * projection[position]
        most = np.sqrt(self._left)  # nothing projects further than what is left of it; rounding errors of doubles might
        projection = np.clip(likeness / most[position], -most, most)
        self._projections.append(projection)
        self._left = np.maximum(self._left - np.square(projection), LEAST_LEFT)
