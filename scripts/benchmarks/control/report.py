"""Sums over people: what a action prevents of each unwanted kind, and what it costs elsewhere, with intervals."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from models.metrics.intervals import resampled_means
from scripts.benchmarks.control.actions import Action
from scripts.benchmarks.control.kinds import DEFINITIONS
from scripts.benchmarks.control.measures import Tally

PUBLISHED: Final = {
    "stop recommending a channel": 0.43,
    "remove from history": 0.29,
    "dislike": 0.12,
    "not interested": 0.11,
}
"""What controls of the largest video site prevent of unwanted recommendations (Mozilla 2022, 22,722 people)."""
LEVEL: Final = 0.95
LOSS: Final = "loss elsewhere"
MOST_LOST: Final = 0.03
TARGETS: Final = {
    Action.DISMISS: {"near": 0.6, "tags": 0.4, "topic": 0.4},
    Action.DISLIKE: {"near": 0.6, "tags": 0.4, "topic": 0.4},
    Action.LESS_LIKE_THIS: {"near": 0.85},
    Action.LESS_OF_TOPIC: {"topic": 0.85},
    Action.MUTE_TOPIC: {"muted": 1.0},
    Action.MUTE_TAG: {"muted": 1.0},
}
"""What each action is held to prevent at least."""


@dataclass(frozen=True, slots=True)
class Figure:
    """A share of what there would have been.

    Attributes:
        name: a definition of the unwanted kind, or LOSS.
        value: 1 - (sum with the action) / (sum without it); NaN where there was nothing.
        low: lower end of the interval, by bootstrap over people.
        high: upper end.
        without: the sum without the action, which tells how much the share rests on.
        target: what it should be at least, or for LOSS at most; None where nothing is promised.
    """

    name: str
    value: float
    low: float
    high: float
    without: int
    target: float | None

    @property
    def met(self) -> bool | None:
        """Whether the target is reached; None where there is none."""
        if self.target is None:
            return None
        return self.value <= self.target if self.name == LOSS else self.value >= self.target - 1e-12


Figures = Mapping[Action, tuple[Figure, ...]]


def summarise(tallies: Mapping[Action, Tally], seed: int) -> Figures:
    """By action, the figures over all people."""
    return {
        action: (
            *(_figure(name, counts, TARGETS[action].get(name), seed) for name, counts in tally.slots.items()),
            _figure(LOSS, tally.hits, None if action is Action.MUTE_TAG else MOST_LOST, seed),
        )
        for action, tally in tallies.items()
    }


def _figure(name: str, counts: NDArray[np.float64], target: float | None, seed: int) -> Figure:
    without, acted = counts.sum(axis=0)
    if not without:
        return Figure(name, np.nan, np.nan, np.nan, 0, target)
    means = resampled_means(counts, seed)
    ratios = 1 - means[:, 1] / np.where(means[:, 0] > 0, means[:, 0], np.nan)
    tail = (1 - LEVEL) / 2
    low, high = np.nanquantile(ratios, [tail, 1 - tail]).tolist()
    return Figure(name, float(1 - acted / without), low, high, int(without), target)


def payload(figures: Figures, heading: Mapping[str, Any]) -> dict[str, Any]:
    """The same, ready for JSON, with all that is needed to tell what was measured."""
    return {
        **heading,
        "published": PUBLISHED,
        "figures": {
            action.value: {
                each.name: {
                    "value": each.value,
                    "interval": [each.low, each.high],
                    "without": each.without,
                    "target": each.target,
                    "met": each.met,
                }
                for each in found
            }
            for action, found in figures.items()
        },
    }


def table(title: str, figures: Figures) -> str:
    """A line a action and figure, what the figures mean, and what is published of others."""
    return "\n".join(_lines(title, figures))


def _lines(title: str, figures: Figures) -> Iterator[str]:
    yield title
    yield from (f"  {name}: {meaning}" for name, meaning in DEFINITIONS.items())
    yield f"  {LOSS}: liked items that were kept back, of no unwanted kind, and are no longer found"
    yield ""
    yield f"{'action':16}{'kind':16}{'prevented':>10}  {'95 % interval':18}{'of':>8}{'target':>9}"
    for action, found in figures.items():
        yield from (_line(action, each) for each in found)
    yield ""
    yield "published of the controls of the largest video site (Mozilla 2022):"
    yield from (f"{'':16}{name:28}{value:>6.0%}" for name, value in PUBLISHED.items())


def _line(action: Action, figure: Figure) -> str:
    interval = f"[{figure.low:.1%}, {figure.high:.1%}]"
    held = "" if figure.target is None else f"{'<' if figure.name == LOSS else '>'} {figure.target:.0%}"
    verdict = {None: "", True: "  met", False: "  missed"}[figure.met]
    return (
        f"{action.value:16}{figure.name:16}{figure.value:>10.1%}  {interval:18}{figure.without:>8,}{held:>9}{verdict}"
    )
