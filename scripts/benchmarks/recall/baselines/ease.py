"""EASE (Steck 2019): the closed-form linear autoencoder, items x items, where that fits into memory."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.linalg import lapack

from scripts.benchmarks.recall.interactions import Lists, Matrix
from scripts.benchmarks.recall.model import NotApplicableError, Scores, Settings
from scripts.benchmarks.recall.split import Split
from scripts.benchmarks.recall.tuning import Axes


@dataclass(frozen=True, slots=True)
class Ease:
    """Weights B = -P / diag(P) with a zero diagonal, P = inv(X'X + lambda I).

    Attributes:
        most_items: beyond it the dense matrix is held to be too large; 20,000 items take 1.6 GB, twice while scored.
    """

    most_items: int = 20_000

    name = "EASE"

    def axes(self, _split: Split) -> Axes:
        """The more people agree, the larger."""
        return {"lambda": (100, 30, 300, 1000)}

    def learn(self, split: Split, settings: Settings) -> _Weights:
        """Solve."""
        items = len(split.entities.items)
        if items > self.most_items:
            raise NotApplicableError(f"{items:,} items are too many for a dense matrix of items x items")
        engaged = split.train.matrix(len(split.entities.users), items)
        return _Weights(ease_weights(engaged, settings["lambda"]))


@dataclass(frozen=True, slots=True)
class _Weights:
    weights: Scores

    def scores(self, histories: Lists) -> Scores:
        return np.asarray(histories.matrix(len(self.weights)) @ self.weights)


def ease_weights(engaged: Matrix, ridge: float) -> Scores:
    """float32 [items, items]: column j predicts item j from the others; the diagonal is 0."""
    gram = (engaged.T @ engaged).toarray(order="F")
    gram[np.diag_indices_from(gram)] += ridge
    inverse = _inverse(gram)
    weights: Scores = inverse / -np.diag(inverse)
    np.fill_diagonal(weights, 0.0)
    return weights


def _inverse(gram: NDArray[np.float32]) -> NDArray[np.float32]:
    """Of a positive definite matrix, in its own memory; Cholesky takes half the work of a general inverse."""
    factor, failed = lapack.spotrf(gram, lower=1, overwrite_a=1)
    inverse, failed_too = lapack.spotri(factor, lower=1, overwrite_c=1)
    if failed or failed_too:
        raise np.linalg.LinAlgError("the Gram matrix is not positive definite")
    for row in range(len(inverse)):
        inverse[row, row + 1 :] = inverse[row + 1 :, row]
    return np.asarray(inverse)
