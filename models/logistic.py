"""Logistic regression with a ridge penalty, in a closed objective: few examples, many dimensions, one optimum."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.special import expit

_MOST_STEPS = 500


@dataclass(frozen=True, slots=True)
class Line:
    """A linear score: `vectors @ weights + bias`.

    Attributes:
        weights: float64 [d].
        bias: added to every score.
    """

    weights: NDArray[np.float64]
    bias: float

    def __call__(self, vectors: NDArray[np.floating]) -> NDArray[np.float64]:
        """float64 [n]: the logit of each row of `vectors`, [n, d]."""
        return np.asarray(vectors @ self.weights + self.bias, dtype=np.float64)


def fit_logistic(
    vectors: NDArray[np.floating], positive: NDArray[np.bool_], weights: NDArray[np.floating], ridge: float
) -> Line:
    """The line that minimises the weighted logistic loss plus `ridge / 2` times its squared length.

    The bias is not penalised. The problem is convex: the answer depends on nothing but the input.

    Args:
        vectors: [n, d].
        positive: bool [n].
        weights: [n], how much each row counts.
        ridge: strength of the penalty, above 0.
    """
    from scipy.optimize import minimize  # noqa: PLC0415 - 45 MB that only training needs

    signs = np.where(positive, 1.0, -1.0)
    matrix = np.asarray(vectors, dtype=np.float64)
    dimension = matrix.shape[1]

    def loss(line: NDArray[np.float64]) -> tuple[float, NDArray[np.float64]]:
        margins = signs * (matrix @ line[:dimension] + line[dimension])
        pull = -signs * expit(-margins) * weights
        penalty = 0.5 * ridge * float(line[:dimension] @ line[:dimension])
        gradient = np.append(matrix.T @ pull + ridge * line[:dimension], pull.sum())
        return float(weights @ np.logaddexp(0.0, -margins)) + penalty, gradient

    found = minimize(loss, np.zeros(dimension + 1), jac=True, method="L-BFGS-B", options={"maxiter": _MOST_STEPS})
    return Line(found.x[:dimension], float(found.x[dimension]))
