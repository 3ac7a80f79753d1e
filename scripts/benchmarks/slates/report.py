"""Means over people, all of them and by number of interests, and the differences to the first settings."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from models.metrics.intervals import mean_interval
from scripts.benchmarks.slates.measures import FIGURES, Measured


@dataclass(frozen=True, slots=True)
class Entry:
    """One figure of one group of people under one of the settings.

    Attributes:
        interests: numbers of established interests, such as "1 to 5".
        settings: name.
        figure: name.
        people: how many had something to measure.
        mean: over these.
        gain: mean difference to the first settings.
        low: lower end of its interval of 95 %, by bootstrap over people.
        high: upper end.
    """

    interests: str
    settings: str
    figure: str
    people: int
    mean: float
    gain: float
    low: float
    high: float


def summarise(measured: Sequence[Measured], names: Sequence[str], seed: int) -> list[Entry]:
    """Everybody, then thirds of the people by number of interests."""
    values = np.stack([each.values for each in measured])
    interests = np.array([each.interests for each in measured])
    return [
        _entry(f"{low} to {high}", (name, figure), values[chosen][:, [0, place], number], seed)
        for low, high in _groups(interests)
        for chosen in [(interests >= low) & (interests <= high)]
        for place, name in enumerate(names)
        for number, figure in enumerate(FIGURES)
    ]


def _groups(interests: NDArray[np.int64]) -> list[tuple[int, int]]:
    ends = np.unique(np.quantile(interests, [1 / 3, 2 / 3, 1]).astype(int)).tolist()
    starts = [int(interests.min()), *(end + 1 for end in ends[:-1])]
    everybody = (int(interests.min()), int(interests.max()))
    return [everybody, *(pair for pair in zip(starts, ends, strict=True) if pair != everybody)]


def _entry(group: str, names: tuple[str, str], both: NDArray[np.float64], seed: int) -> Entry:
    """`both`: float64 [people, 2], under the first settings and under these."""
    known = both[~np.isnan(both).any(axis=1)]
    gains = known[:, 1:] - known[:, :1]
    low, high = mean_interval(gains, seed)[:, 0].tolist() if len(known) else (np.nan, np.nan)
    mean, gain = (float(known[:, 1].mean()), float(gains.mean())) if len(known) else (np.nan, np.nan)
    return Entry(group, *names, len(known), mean, gain, low, high)


def payload(entries: Sequence[Entry]) -> list[dict[str, Any]]:
    """The same, ready for JSON."""
    return [asdict(entry) for entry in entries]


def table(title: str, entries: Sequence[Entry]) -> str:
    """A line for each of the settings in each group, with what it gains in recall."""
    return "\n".join(_lines(title, entries))


def _lines(title: str, entries: Sequence[Entry]) -> Iterator[str]:
    yield title
    yield from (f"  {name}: {meaning}" for name, meaning in FIGURES.items())
    yield ""
    head = "".join(f"{name:>13}" for name in FIGURES)
    yield f"{'interests':10}{'settings':22}{'people':>7}{head}   gain in recall"
    rows: dict[tuple[str, str], list[Entry]] = {}
    for entry in entries:
        rows.setdefault((entry.interests, entry.settings), []).append(entry)
    for (interests, settings), found in rows.items():
        recall, means = found[0], "".join(f"{entry.mean:>13.4f}" for entry in found)
        gain = f"{recall.gain:+.4f} [{recall.low:+.4f}, {recall.high:+.4f}]"
        yield f"{interests:10}{settings:22}{recall.people:>7}{means}   {gain}"
