"""Dwell: how much of an item the time that somebody spent with it speaks for.

A minute is long for a note and short for an essay, long for who skims and short for who reads slowly, and an open tab
that nobody looks at says nothing by its length. So a dwell is taken as a share of what the item takes, at the person's
own pace:

    expected(item) = words / (words a minute of its format) * 60, within bounds
    pace(person)   = exp( median over dwells of log(seconds / expected) * n / (n + prior) ), within bounds
    share          = min(1, seconds / (expected * pace)), or `idle_share` from `idle_after` such times on

238 words a minute is the mean of 190 studies of silent reading (Brysbaert 2019). The median and the prior keep the pace
of a person of few dwells near 1, and dwells that are idle by the expected time alone are left out of it. Of an item of
which it is not known what it takes, a dwell counts in full from a given number of seconds on, at any pace. As the text
of an item may be the mere beginning of what is read, no tab is taken for idle sooner than one on an item of that many
seconds.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Final, TypeAlias

import numpy as np
from numpy.typing import NDArray
from pydantic import Field

from models.config import Config

Numbers: TypeAlias = NDArray[np.float64]
_SECONDS: Final = 60.0
_NOT_READ: Final[dict[str, float | None]] = {"audio": None, "video": None}


class DwellSettings(Config):
    """What an item takes, and when a tab is idle."""

    by_words: bool = True
    """Whether the words of an item's text say what it takes; switch it off where texts are not what people spend their
    time with. Then every dwell counts in full from `events.dwell_full_seconds` on."""

    words_per_minute: float = Field(default=238.0, gt=0, allow_inf_nan=False)
    """Words that are read in a minute."""

    format_words_per_minute: dict[str, float | None] = Field(default_factory=lambda: dict(_NOT_READ))
    """The same by format, where it differs: 150 where texts hold what is said. Of a format without a number the text is
    taken to be a description, which does not say what the item takes."""

    least_seconds: float = Field(default=10.0, gt=0, allow_inf_nan=False)
    """Seconds that the shortest item takes."""

    most_seconds: float = Field(default=1_800.0, gt=0, allow_inf_nan=False)
    """Seconds that the longest item takes before it counts as whole."""

    prior_dwells: float = Field(default=5.0, ge=0, allow_inf_nan=False)
    """Dwells of a person at which their own pace counts half."""

    most_pace: float = Field(default=3.0, ge=1, allow_inf_nan=False)
    """How many times slower, or faster, than expected a person is taken to read at most."""

    idle_after: float = Field(default=5.0, gt=1, allow_inf_nan=False)
    """How many times what an item takes a dwell may last before the tab is taken for idle."""

    idle_share: float = Field(default=0.25, ge=0, le=1)
    """Share that an idle dwell speaks for: it was opened, and nobody knows for how long it was read."""


@dataclass(frozen=True, slots=True)
class DwellRule:
    """What a dwell's seconds are worth.

    Attributes:
        settings: of what is known of the item.
        full_seconds: of an item of which nothing is known, the seconds from which a dwell counts in full.
    """

    settings: DwellSettings = field(default_factory=DwellSettings)
    full_seconds: float = 60.0

    def expected(self, words: NDArray[np.int32], formats: NDArray[np.int32], names: Sequence[str]) -> Numbers:
        """Float64 [n], seconds: what items take; NaN where it is not known.

        Args:
            words: int32 [n], of the items' texts.
            formats: int32 [n], positions in `names`; -1 where an item has none.
            names: of formats.
        """
        settings, usual = self.settings, self.settings.words_per_minute
        if not settings.by_words:
            return np.full(len(words), np.nan)
        minutes = [settings.format_words_per_minute.get(name, usual) for name in names]
        minute = np.array([*(np.nan if each is None else each for each in minutes), usual])[formats]
        seconds = np.clip(words / minute * _SECONDS, settings.least_seconds, settings.most_seconds)
        return np.where(words > 0, seconds, np.nan)

    def shares(self, seconds: Numbers, expected: Numbers, people: NDArray[np.int64] | None = None) -> Numbers:
        """Float64 [n] in 0..1: the share of its weight that each dwell has, 1 where its length was not told.

        Args:
            seconds: [n], of dwells; NaN where it was not told.
            expected: [n], what their items take; NaN where it is not known.
            people: int64 [n], whose each is, numbered from 0, to be taken at their own pace; None: at the usual one.
        """
        known = ~np.isnan(expected)
        pace = np.ones(len(seconds)) if people is None else self.paces(seconds, expected, people)
        own = np.where(known, expected * pace, self.full_seconds)
        idle = np.where(known, self._patience(expected) * pace, self.settings.idle_after * self.settings.most_seconds)
        shares = np.where(seconds > idle, self.settings.idle_share, np.clip(seconds / own, 0.0, 1.0))
        return np.where(np.isnan(seconds), 1.0, shares)

    def paces(self, seconds: Numbers, expected: Numbers, people: NDArray[np.int64]) -> Numbers:
        """Float64 [n]: of each dwell, the pace of its person: 2 for who takes twice as long as expected.

        The order of dwells does not matter. Arguments as above.
        """
        usable = (seconds >= 1) & (seconds <= self._patience(expected))
        found = np.ones(int(people.max(initial=-1)) + 1)
        owners, middles, counts = _medians(people[usable], np.log(seconds[usable] / expected[usable]))
        shrunk = middles * counts / (counts + self.settings.prior_dwells)
        found[owners] = np.clip(np.exp(shrunk), 1 / self.settings.most_pace, self.settings.most_pace)
        return np.asarray(found[people])

    def _patience(self, expected: Numbers) -> Numbers:
        """Float64 [n], seconds after which a tab is idle, at the usual pace; NaN where it is not known."""
        return np.asarray(self.settings.idle_after * np.maximum(expected, self.full_seconds))


def _medians(groups: NDArray[np.int64], values: Numbers) -> tuple[NDArray[np.int64], Numbers, NDArray[np.int64]]:
    """(groups ascending, median of each, how many values each has)."""
    order = np.lexsort((values, groups))
    found, starts, counts = np.unique(groups[order], return_index=True, return_counts=True)
    ordered = values[order]
    return found, (ordered[starts + (counts - 1) // 2] + ordered[starts + counts // 2]) / 2, counts
