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

    def __init__(self, settings: TrendingSettings) -> None:
        self._settings = settings
        self._rising: Rising | None = None
        self._counting = asyncio.Lock()

    async def __call__(self, generation: Generation, now: float) -> Rising:
        """Who rises; counted anew where the last count is over, by one request for all that wait."""
        async with self._counting:
            held = self._rising
            if held is None or held.generation is not generation or not 0 <= now - held.at < self._settings.seconds:
                held = self._rising = await self._count(generation, now)
            return held

    async def _count(self, generation: Generation, now: float) -> Rising:
        window, past = (days * DAY_SECONDS for days in (self._settings.window_days, self._settings.past_days))
        recent = np.zeros(len(generation.catalogue), dtype=np.int64)
        before = np.zeros_like(recent)
        for rows, owners, times in generation.voters(now - window - past, now):
            late = times > now - window
            people = owners * _OWNERS + rows
            for counts, some in ((recent, late), (before, ~late)):
                distinct = await asyncio.to_thread(np.unique, people[some])
                np.add.at(counts, distinct % _OWNERS, 1)
        expected = before * (window / past)
        scores = (recent - expected) / np.sqrt(expected + self._settings.shrink)
        found = np.flatnonzero((scores > 0) & (recent >= self._settings.least_people)).astype(np.int32)
        found = found[np.argsort(-scores[found], kind="stable")]
        return Rising(found, scores[found], recent[found], now, generation)
