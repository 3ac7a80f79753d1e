"""How sure a mean over people is: percentile bootstrap (Efron 1979) over people.

Equal seeds and equal numbers of people give equal resamples, so the interval of a difference between two rankings of
the same people is the interval of the mean of their differences.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

Values = NDArray[np.float64]

_BLOCK_ELEMENTS = 1 << 22


def resampled_means(values: Values, seed: int | Sequence[int], resamples: int = 1000) -> Values:
    """float64 [resamples, m]: the m means over people, in each resample of the people.

    Args:
        values: float64 [people, m], one row a person.
        seed: of the resamples.
        resamples: how many.
    """
    people = len(values)
    random = np.random.default_rng(seed)
    block = max(1, _BLOCK_ELEMENTS // max(people, 1))
    starts = range(0, resamples, block)
    return np.concatenate([_means(values, random, min(block, resamples - start)) for start in starts])


def mean_interval(values: Values, seed: int, level: float = 0.95, resamples: int = 1000) -> Values:
    """float64 [2, m]: lower and upper end of the interval of each of the m means; arguments as above.

    `level` is the share of resamples that lies inside.
    """
    tail = (1.0 - level) / 2.0
    return np.asarray(np.quantile(resampled_means(values, seed, resamples), [tail, 1.0 - tail], axis=0))


def _means(values: Values, random: np.random.Generator, resamples: int) -> Values:
    people = len(values)
    drawn = random.integers(people, size=(resamples, people)) + np.arange(resamples)[:, None] * people
    times = np.bincount(drawn.ravel(), minlength=resamples * people).reshape(resamples, people)
    return np.asarray(times @ values / people)
