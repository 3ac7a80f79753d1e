"""One setting after the other takes a better value, where it is better beyond doubt."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from indexer.progress import Progress
from scripts.benchmarks.tuning.axes import Axes

Values = NDArray[np.float64]
Chosen = dict[str, float]

DOUBT: Final = 2.0
"""Standard errors that a gain must exceed: of so many values that are tried, few are taken by chance."""

ROUNDS: Final = 2
"""Times that every setting is looked at, since the best value of one depends on the others."""


@dataclass(frozen=True, slots=True)
class Trial:
    """One value of one setting, beside what stood when it was tried.

    Attributes:
        name: of the setting.
        value: that was tried.
        worth: mean over people.
        gain: mean of what each person gained over what stood.
        error: standard error of the gain.
        taken: whether it stood from then on.
    """

    name: str
    value: float
    worth: float
    gain: float
    error: float
    taken: bool


@dataclass(frozen=True, slots=True)
class Search:
    """The outcome.

    Attributes:
        chosen: the settings that stand in the end, those that were never changed included.
        trials: in the order in which they were made.
    """

    chosen: Chosen
    trials: list[Trial]


def search(axes: Axes, worth: Callable[[Chosen], Values], progress: Progress) -> Search:
    """Go through the axes, at most ROUNDS times; a value is taken if its mean gain exceeds DOUBT standard errors.

    Args:
        axes: values of each setting, the one that stands first.
        worth: what settings are worth to each of the same people; asked once for the same settings.
        progress: told of each trial.
    """
    stands = {name: values[0] for name, values in axes.items()}
    known = {_key(stands): worth(stands)}
    trials: list[Trial] = []
    total = 1 + sum(len(values) - 1 for values in axes.values())
    for _ in range(ROUNDS):
        before = dict(stands)
        for name, values in axes.items():
            for value in values:
                candidate = stands | {name: value}
                if _key(candidate) in known:
                    continue
                known[_key(candidate)] = worth(candidate)
                trials.append(_trial(name, value, known[_key(candidate)], known[_key(stands)]))
                stands = candidate if trials[-1].taken else stands
                progress(1 + len(trials), max(total, 1 + len(trials)))
        if stands == before:
            break
    return Search(stands, trials)


def gain_of(tried: Values, stood: Values) -> tuple[float, float]:
    """(mean, its standard error) of what each person gains."""
    gains = tried - stood
    return float(gains.mean()), float(gains.std(ddof=1) / np.sqrt(len(gains)))


def _trial(name: str, value: float, tried: Values, stood: Values) -> Trial:
    gain, error = gain_of(tried, stood)
    return Trial(name, value, float(tried.mean()), gain, error, gain > DOUBT * error)


def _key(settings: Chosen) -> tuple[float, ...]:
    return tuple(settings.values())
