"""Whether memory grows: a line through what a process held, and how sure its slope is."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np

_BLOCKS: Final = 12
_T: Final = 2.228
"""Student's t for 95 % and as many degrees of freedom as there are blocks, less two."""


@dataclass(frozen=True, slots=True)
class Slope:
    """MiB an hour.

    Attributes:
        value: of the line.
        low: lower end of its 95 % interval.
        high: upper end.
        minutes: over which it was seen.
    """

    value: float
    low: float
    high: float
    minutes: float


def slope_of(samples: Sequence[tuple[float, float]]) -> Slope | None:
    """The slope of (seconds, MiB); None of less than four samples a block.

    It is that of least squares through the means of twelve blocks: samples beside each other are alike, and do not
    count as many. Their first third is left out: a process that has just begun fills what it keeps for good.
    """
    late = np.array(samples[len(samples) // 3 :])
    if len(late) < 4 * _BLOCKS:
        return None
    hours, mib = np.array([block.mean(axis=0) for block in np.array_split(late, _BLOCKS)]).T / np.array(
        [[3600.0], [1.0]]
    )
    hours = hours - hours.mean()
    value = float(hours @ mib / (hours @ hours))
    rest = mib - mib.mean() - value * hours
    error = _T * float(np.sqrt(rest @ rest / (_BLOCKS - 2) / (hours @ hours)))
    return Slope(value, value - error, value + error, float(late[-1, 0] - late[0, 0]) / 60)
