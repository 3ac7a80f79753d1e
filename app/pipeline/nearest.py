"""Nearest neighbours for sources: as many as are asked for of what a person may be recommended."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from app.pipeline.context import Context
from models.ids import Rows

_MOST_LOST = 0.25


def nearest(context: Context, queries: NDArray[np.float32], quotas: NDArray[np.int64]) -> tuple[Rows, Rows]:
    """Neighbours of each query [q, d], as many as its quota [q]: (rows [q, most], -1 where there are no more; beside).

    Where more than a quarter of what is near is not eligible (in languages that are not read, sensitive, expired), what
    is eligible is searched by itself. The others are brought beside it, so that filters count what they hold back.
    """
    found = _within(context.catalogue.search(queries, int(quotas.max()), context.exclusions.unsearchable).rows, quotas)
    rows, eligibility = found[found >= 0], context.exclusions.eligibility
    lost = rows[~eligibility.covers(context.catalogue, rows)]
    if len(lost) <= _MOST_LOST * len(rows):
        return found, np.empty(0, dtype=np.int32)
    eligible = context.catalogue.search(queries, int(quotas.max()), context.exclusions.unsearchable, eligibility).rows
    return _within(eligible, quotas), np.unique(lost)


def _within(rows: Rows, quotas: NDArray[np.int64]) -> Rows:
    return np.where(np.arange(rows.shape[1])[None, :] < quotas[:, None], rows, np.int32(-1))
