"""Trending: who has more people now than its own past would predict.

With r people in the last `window` and p in the `past` before it, b = p * window / past are expected, and items stand in
order of

    (r - b) / sqrt(b + shrink)

which is a number of standard deviations, were people to come as in a Poisson process; `shrink` people more keep two
visitors of an unknown item from standing above hundreds. People are counted once an item and period, by positive
events, and machines not at all (docs/decisions/0013-aggregates-count-people.md).
"""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from app.serving.generation import Generation
from app.serving.popularity import TrendingSettings
from models.ids import Rows
from models.user_state import DAY_SECONDS

_OWNERS: Final = np.int64(1) << 32
"""More than any number of rows: owner and row make one key."""


@dataclass(frozen=True, slots=True)
class Rising:
    """What rises, first first: rows, scores and people of the window; as of when, on which generation."""

    rows: Rows
    scores: NDArray[np.float64]
    people: NDArray[np.int64]
    at: float
    generation: Generation


class Trending:
    """Counts who rises, now and then."""

    def __init__(self, settings: TrendingSettings, floor: int = 1) -> None:
        """`floor`: people of a segment below whom nothing is told of an item."""
        self._settings, self._floor = settings, floor
        self._rising: dict[tuple[str, str] | None, Rising] = {}
        self._counting = asyncio.Lock()

    async def __call__(self, generation: Generation, now: float, segment: tuple[str, str] | None = None) -> Rising:
        """Who rises, among all people or those of an attribute and its value.

        Counted anew where the last count is over, by one request for all that wait.
        """
        async with self._counting:
            held = self._rising.get(segment)
            if held is None or not self._stands(held, generation, now):
                self._rising = {key: each for key, each in self._rising.items() if self._stands(each, generation, now)}
                users = generation.people.of_segment(*segment) if segment else None
                held = self._rising[segment] = await self._count(generation, now, users)
            return held

    def _stands(self, held: Rising, generation: Generation, now: float) -> bool:
        return held.generation is generation and 0 <= now - held.at < self._settings.seconds

    async def _count(self, generation: Generation, now: float, users: Sequence[str] | None = None) -> Rising:
        window, past = (days * DAY_SECONDS for days in (self._settings.window_days, self._settings.past_days))
        recent = np.zeros(len(generation.catalogue), dtype=np.int64)
        before = np.zeros_like(recent)
        for rows, owners, times in generation.voters(now - window - past, now, users):
            late = times > now - window
            people = owners * _OWNERS + rows
            for counts, some in ((recent, late), (before, ~late)):
                distinct = await asyncio.to_thread(np.unique, people[some])
                np.add.at(counts, distinct % _OWNERS, 1)
        expected = before * (window / past)
        scores = (recent - expected) / np.sqrt(expected + self._settings.shrink)
        least = self._settings.least_people if users is None else max(self._settings.least_people, self._floor)
        found = np.flatnonzero((scores > 0) & (recent >= least)).astype(np.int32)
        found = found[np.argsort(-scores[found], kind="stable")]
        return Rising(found, scores[found], recent[found], now, generation)
