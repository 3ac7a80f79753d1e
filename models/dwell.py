"""Dwell: how much of an item the time that somebody spent with it speaks for.

A minute is long for a note and short for an essay, long for who skims and short for who reads slowly, and an open tab
that nobody looks at says nothing by its length. So a dwell is taken as a share of what the item takes, at the person's
own pace:

    expected(item) = words / (words a minute of its format) * 60, or the item's own duration; within bounds
    pace(person)   = exp( median over dwells of log(seconds / expected) * n / (n + prior) ), within bounds
    share          = min(1, seconds / (expected * pace)), or `idle_share` from `idle_after` such times on

238 words a minute is the mean of 190 studies of silent reading (Brysbaert 2019). The median and the prior keep the pace
of a person of few dwells near 1, and dwells that are idle by the expected time alone are left out of it.
"""

from __future__ import annotations

from typing import Final, TypeAlias

import numpy as np
from numpy.typing import NDArray
from pydantic import Field

from models.config import Config

Numbers: TypeAlias = NDArray[np.float64]
_SECONDS: Final = 60.0


class DwellSettings(Config):
    """What an item takes, and when a tab is idle."""

    words_per_minute: float = Field(default=238.0, gt=0, allow_inf_nan=False)
    """Words that are read in a minute."""

    format_words_per_minute: dict[str, float] = Field(default_factory=lambda: {"audio": 150.0, "video": 150.0})
    """The same by format, where it differs: of what is spoken, as many words as are said."""

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


def expected_seconds(words: Numbers, formats: list[str | None], settings: DwellSettings) -> Numbers:
    """Float64 [n]: what items of so many words take; `words` is NaN where nothing is known, and so is the answer."""
    paces = settings.format_words_per_minute
    minute = np.array([paces.get(each or "", settings.words_per_minute) for each in formats])
    return np.asarray(np.clip(words / minute * _SECONDS, settings.least_seconds, settings.most_seconds))


def paces(seconds: Numbers, expected: Numbers, people: NDArray[np.int32], settings: DwellSettings) -> Numbers:
    """Float64 [n]: of each dwell, the pace of its person: 2 for who takes twice as long as expected.

    The order of dwells does not matter.

    Args:
        seconds: [n], of dwells.
        expected: [n], what their items take.
        people: [n], whose each is, numbered from 0.
        settings: bounds and prior.
    """
    usable = (seconds >= 1) & (seconds <= settings.idle_after * expected)
    logs, found = np.ones(len(seconds)), np.ones(int(people.max(initial=-1)) + 1)
    logs[usable] = np.log(seconds[usable] / expected[usable])
    for person in np.unique(people[usable]).tolist():
        own = logs[usable & (people == person)]
        shrunk = np.median(own) * len(own) / (len(own) + settings.prior_dwells)
        found[person] = np.clip(np.exp(shrunk), 1 / settings.most_pace, settings.most_pace)
    return np.asarray(found[people])


def dwell_shares(seconds: Numbers, expected: Numbers, pace: Numbers, settings: DwellSettings) -> Numbers:
    """Float64 [n] in 0..1: how much of its item each dwell speaks for, the share of a whole dwell's weight."""
    own = expected * pace
    shares = np.clip(seconds / own, 0.0, 1.0)
    return np.where(seconds > settings.idle_after * own, settings.idle_share, shares)
