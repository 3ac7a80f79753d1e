"""How many people a comparison needs before it starts."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy.special import ndtri

from models.statistics.confidence_sequences import ALPHA, boundary


@dataclass(frozen=True, slots=True)
class Effect:
    """What is to be found.

    Attributes:
        baseline: mean over people, or ratio of means, as it is today.
        deviation: standard deviation over people: for a ratio, of its residual by the mean denominator.
        lift: relative change worth finding, such as 0.05; not 0.
        power: chance of finding it.
    """

    baseline: float
    deviation: float
    lift: float
    power: float = 0.8


def people_needed(effect: Effect, share: float = 0.5, alpha: float = ALPHA, *, peeking: bool = True) -> int:
    """People of both variants together.

        n = (c + z_power)^2 * deviation^2 / (baseline * lift)^2 * (1 / share + 1 / (1 - share))

    c is the boundary of the sequence at the size that it is narrowest at, or without peeking the normal quantile. With
    peeking most comparisons end sooner.

    Args:
        effect: what is to be found.
        share: of the treated among both.
        alpha: chance of finding what is not there.
        peeking: whether one looks before the end.

    Raises:
        ValueError: there is no effect, or nothing to change.
    """
    change = effect.baseline * effect.lift
    if change == 0.0:
        raise ValueError("a lift of 0, or of a baseline of 0, cannot be found with any number of people")
    critical = float(boundary(1.0, 1.0, alpha)) if peeking else float(ndtri(1.0 - alpha / 2.0))
    spread = effect.deviation**2 * (1.0 / share + 1.0 / (1.0 - share))
    return int(np.ceil((critical + float(ndtri(effect.power))) ** 2 * spread / change**2))
