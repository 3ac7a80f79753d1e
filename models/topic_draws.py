"""The topics that exploration draws: their distributions, the probability of a set of them, and another draw.

Thompson sampling. Each topic i that can be drawn gets a number from Beta(a_i, b_i),

    a_i = strength * prior_i + successes_i
    b_i = strength * (1 - prior_i) + failures_i + ignored_share * ignored_i

and those with the k highest are drawn; but in a share of all draws every set of k topics is as likely as any other.
With F_i the distribution functions, a set S of k among n topics is drawn with probability

    (1 - uniform) * integral over t of  prod of S (1 - F_i(t))  d( prod of the others F_j(t) )  +  uniform / C(n, k)

since the lowest of S exceeds the highest of the others. prior_i is closeness in one of 255 levels, so that a log can
say it in a byte, and most topics, of which a person did nothing, have one of 255 distributions.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from typing import Final

import numpy as np
from numpy.typing import NDArray
from scipy.special import betainc, expit, gammaln

Numbers = NDArray[np.float64]
Levels = NDArray[np.uint8]

LEVELS: Final = 255
_LOWEST: Final = 0.05
"""Prior of level 1; the highest level has 1 less this."""
_POINTS: Final = 256
_LEAST: Final = 1e-300
_ROUNDING: Final = 1e-16


@dataclass(frozen=True, slots=True)
class DrawSettings:
    """How topics are drawn.

    Attributes:
        strength: events that closeness counts as, above 0.
        ignored_share: of a failure that something ignored counts as.
        uniform: share of draws in which all topics are alike.
    """

    strength: float
    ignored_share: float
    uniform: float = 0.0


@dataclass(frozen=True, slots=True)
class TopicDraws:
    """n draws among up to t topics; arrays [n, t].

    Attributes:
        levels: uint8, closeness from 1 to LEVELS; 0 where there is no topic to draw.
        drawn: bool, which were drawn.
        successes: float, what the person took up of each topic, as decayed weights.
        failures: float, what they spoke against, likewise.
        ignored: float, how much they saw and did nothing about.
    """

    levels: Levels
    drawn: NDArray[np.bool_]
    successes: Numbers
    failures: Numbers
    ignored: Numbers

    def __len__(self) -> int:
        return len(self.levels)

    def take(self, mask: NDArray[np.bool_]) -> TopicDraws:
        """The draws where the mask holds."""
        received = (self.successes[mask], self.failures[mask], self.ignored[mask])
        return TopicDraws(self.levels[mask], self.drawn[mask], *received)


def levels_of(closeness: NDArray[np.float32]) -> Levels:
    """uint8 [n]: levels, the least close 1 and the closest LEVELS; the middle one where all are equally close."""
    spread = float(np.ptp(closeness)) if len(closeness) else 0.0
    if spread == 0:
        return np.full(len(closeness), (LEVELS + 1) // 2, dtype=np.uint8)
    shares = (closeness.astype(np.float64) - closeness.min()) / spread
    return np.asarray(1 + np.rint(shares * (LEVELS - 1)), dtype=np.uint8)


def priors(levels: Levels) -> Numbers:
    """float64: expected reception of each level."""
    return np.asarray(_LOWEST + (1 - 2 * _LOWEST) * (levels.astype(np.float64) - 1) / (LEVELS - 1))


def beta_parameters(
    levels: Levels, received: tuple[Numbers, Numbers, Numbers], settings: DrawSettings
) -> tuple[Numbers, Numbers]:
    """(a, b) of each topic.

    Args:
        levels: of the topics, from 1.
        received: successes, failures and ignored, of the same shape.
        settings: how they are drawn.
    """
    successes, failures, ignored = received
    prior = priors(levels)
    against = failures + settings.ignored_share * ignored
    return settings.strength * prior + successes, settings.strength * (1 - prior) + against


def set_probabilities(draws: TopicDraws, settings: DrawSettings) -> Numbers:
    """float64 [n]: the probability with which these settings draw just what was drawn.

    The integral is a sum over points: right to 1e-3 among 40 topics, and to a few hundredths for rare sets among 200.
    """
    there = draws.levels > 0
    touched = there & ((draws.successes != 0) | (draws.failures != 0) | (draws.ignored != 0))
    above = _logs(draws, (there & draws.drawn, touched), settings, upper=True)
    below = _logs(draws, (there & ~draws.drawn, touched), settings, upper=False)
    chances = (np.exp(above)[:, 2:-2] * _slopes(np.exp(below))).sum(axis=1)
    chances = np.clip(chances, _LEAST, 1.0)
    chances[there.sum(axis=1) <= draws.drawn.sum(axis=1)] = 1.0
    if not settings.uniform:
        return np.asarray(chances)
    return np.asarray((1 - settings.uniform) * chances + settings.uniform * _of_all_sets(there, draws.drawn))


def drawn_again(draws: TopicDraws, settings: DrawSettings, random: np.random.Generator) -> NDArray[np.bool_]:
    """Bool [n, t]: as many topics as were drawn, drawn by these settings."""
    there, taken = draws.levels > 0, draws.drawn.sum(axis=1)
    levels = np.maximum(draws.levels, 1)
    a, b = beta_parameters(levels, (draws.successes, draws.failures, draws.ignored), settings)
    values = random.beta(a, b)
    if settings.uniform:
        alike = random.random(len(draws)) < settings.uniform
        values[alike] = random.random((int(alike.sum()), values.shape[1]))
    order = np.argsort(np.where(there, -values, np.inf), axis=1, kind="stable")
    again = np.zeros_like(there)
    np.put_along_axis(again, order, np.arange(values.shape[1]) < taken[:, None], axis=1)
    return again & there


def _slopes(values: Numbers) -> Numbers:
    """float64 [n, points - 4]: what values grow by from point to point, by central differences of fourth order."""
    near, far = values[:, 3:-1] - values[:, 1:-3], values[:, 4:] - values[:, :-4]
    return np.asarray((8 * near - far) / 12)


def _logs(
    draws: TopicDraws, of: tuple[NDArray[np.bool_], NDArray[np.bool_]], settings: DrawSettings, *, upper: bool
) -> Numbers:
    """float64 [n, points]: sum over the chosen topics of log(1 - F), or of log F; `of` is (chosen, touched)."""
    (chosen, touched), table = of, _table(settings.strength, upper)
    plain, of_row = chosen & ~touched, np.arange(len(draws))[:, None] * (LEVELS + 1)
    counts = np.bincount((of_row + draws.levels)[plain], minlength=len(draws) * (LEVELS + 1))
    found = counts.reshape(len(draws), -1).astype(np.float64) @ table
    rows, columns = np.nonzero(chosen & touched)
    at = (rows, columns)
    received = (draws.successes[at], draws.failures[at], draws.ignored[at])
    a, b = beta_parameters(draws.levels[at], received, settings)
    np.add.at(found, rows, _log(a[:, None], b[:, None], upper))
    return np.asarray(found)


@lru_cache(maxsize=16)
def _table(strength: float, upper: bool) -> Numbers:
    """float64 [LEVELS + 1, points]: of topics of which nothing was done; zeros for level 0."""
    table = np.zeros((LEVELS + 1, _POINTS))
    prior = priors(np.arange(1, LEVELS + 1, dtype=np.uint8))[:, None]
    table[1:] = _log(strength * prior, strength * (1 - prior), upper)
    return table


def _log(a: Numbers, b: Numbers, upper: bool) -> Numbers:
    """By the tail that is on the point's own side, which does not round to 0 or 1 where it matters."""
    below = betainc(a, b, _AT[:_HALF])
    above = betainc(b, a, _AT[_HALF - 1 :: -1])
    near, far = (above, below) if upper else (below, above)
    logs = np.log(np.maximum(near, _LEAST)), np.log1p(-np.minimum(far, 1 - _ROUNDING))
    return np.concatenate(logs[::-1] if upper else logs, axis=-1)


_HALF: Final = _POINTS // 2
_AT: Final = expit(2.0 * np.sinh(np.linspace(-3.5, 3.5, _POINTS)))
"""Where the integral is evaluated: points that are symmetrical around .5, crowded where draws are."""


def _of_all_sets(there: NDArray[np.bool_], drawn: NDArray[np.bool_]) -> Numbers:
    """float64 [n]: one divided by the number of sets."""
    n, k = there.sum(axis=1).astype(np.float64), drawn.sum(axis=1).astype(np.float64)
    return np.asarray(np.exp(gammaln(k + 1) + gammaln(n - k + 1) - gammaln(n + 1)))
