"""Means and ratios over people, each with the variance of its error.

A person is the unit: what one person does belongs together, so a rate of clicks is a ratio of two means over people,
whose error the delta method gives (Deng, Knoblich, Lu 2018, "Applying the Delta Method in Metric Analytics").
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

Values = NDArray[np.float64]

CAP_SHARE: Final = 0.999
"""Share of the values that stay as they are where a heavy tail is capped."""


@dataclass(frozen=True, slots=True)
class Estimate:
    """A number and how far it may be off.

    Attributes:
        value: float64, of any shape; nan where it is not known.
        variance: float64 of the same shape: of the value's error.
    """

    value: Values
    variance: Values

    @property
    def standard_error(self) -> Values:
        """float64: of the value."""
        return np.asarray(np.sqrt(self.variance))


def mean_estimate(values: Values) -> Estimate:
    """The mean over people.

    Args:
        values: float64 [people, ...]; the variance is nan for fewer than two people.
    """
    people = len(values)
    if people < 2:
        value = values.mean(axis=0) if people else np.full(values.shape[1:], np.nan)
        return Estimate(np.asarray(value), np.full(values.shape[1:], np.nan))
    return Estimate(np.asarray(values.mean(axis=0)), np.asarray(values.var(axis=0, ddof=1) / people))


def ratio_estimate(numerators: Values, denominators: Values) -> Estimate:
    """The ratio of two sums over people, such as clicks by items served; its variance by the delta method.

    Args:
        numerators: float64 [people, ...], one sum a person.
        denominators: float64 of the same shape. Where their total is 0 the ratio is nan.
    """
    below = denominators.sum(axis=0)
    with np.errstate(divide="ignore", invalid="ignore"):
        ratio = np.asarray(numerators.sum(axis=0) / below)
        residual = mean_estimate(numerators - ratio * denominators)
        return Estimate(ratio, np.asarray(residual.variance / np.square(below / max(len(denominators), 1))))


def difference(treated: Estimate, control: Estimate) -> Estimate:
    """How much more the treated have than the control, who are other people."""
    return Estimate(treated.value - control.value, treated.variance + control.variance)


def log_ratio(treated: Estimate, control: Estimate) -> Estimate:
    """Logarithm of treated over control, by the delta method; nan where either is not above 0."""
    with np.errstate(divide="ignore", invalid="ignore"):
        value = np.log(treated.value) - np.log(control.value)
        variance = treated.variance / np.square(treated.value) + control.variance / np.square(control.value)
    known = (treated.value > 0) & (control.value > 0)
    return Estimate(np.where(known, value, np.nan), np.where(known, variance, np.nan))


def capped(values: Values, share: float = CAP_SHARE) -> Values:
    """float64 [people]: values above the quantile `share` become that quantile.

    Taken over the people of all variants together, so that no variant has a cap of its own; a few people who are far
    out then do not decide. What is compared is the mean of capped values, and is to be called so.
    """
    return np.minimum(values, np.quantile(values, share, method="higher")) if len(values) else values
