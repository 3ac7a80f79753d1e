"""The best k of every row of a matrix of scores, the same on every machine."""

from __future__ import annotations

import numpy as np
import torch
from numpy.typing import NDArray

from models.ids import Rows

EXCLUDED = np.float32(-np.inf)
"""The score of what must not be ranked."""


def top_k(scores: NDArray[np.float32], k: int) -> Rows:
    """Columns of the k largest scores of each row, best first; of equal scores the smaller column comes first.

    Args:
        scores: float32 [q, n], without NaN.
        k: at most n are returned.

    Returns:
        int32 [q, min(k, n)], -1 where only EXCLUDED is left.

    Raises:
        ValueError: a score is not a number.
    """
    if np.isnan(scores).any():
        raise ValueError("a score is not a number")
    k = min(k, scores.shape[1])
    # numpy's argpartition takes a hundred times as long where most scores of a row are equal.
    chosen = torch.topk(torch.from_numpy(scores), k, sorted=False).indices.numpy()
    _prefer_smaller_columns(scores, chosen)
    values = np.take_along_axis(scores, chosen, axis=1)
    order = np.lexsort((chosen, -values), axis=1)
    ranked = np.take_along_axis(chosen, order, axis=1).astype(np.int32)
    ranked[np.take_along_axis(values, order, axis=1) == EXCLUDED] = -1
    return ranked


def _prefer_smaller_columns(scores: NDArray[np.float32], chosen: NDArray[np.int64]) -> None:
    """Replace, in place, what was chosen among equals at the boundary."""
    values = np.take_along_axis(scores, chosen, axis=1)
    least = values.min(axis=1, keepdims=True)
    ambiguous = (scores == least).sum(axis=1) > (values == least).sum(axis=1)
    for row in np.flatnonzero(ambiguous):
        better = chosen[row][values[row] > least[row]]
        equal = np.flatnonzero(scores[row] == least[row])
        chosen[row] = np.concatenate([better, equal[: chosen.shape[1] - len(better)]])
