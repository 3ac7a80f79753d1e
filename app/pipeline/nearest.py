"""Nearest neighbours for sources: as many as are asked for of what a person may be recommended."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from app.pipeline.context import Context
from app.pipeline.person_features import Asked
from models.ids import Rows

_MOST_LOST = 0.25


def nearest(
    context: Context, source: str, queries: NDArray[np.float32], quotas: NDArray[np.int64]
) -> tuple[Rows, Rows]:
    """Neighbours of each query [q, d], as many as its quota [q]: (rows [q, most], -1 where there are no more; beside).

    Where more than a quarter of what is near is not eligible (in languages that are not read, sensitive, expired), what
    is eligible is searched by itself. The others are brought beside it, so that filters count what they hold back.
    What a `source` found is held with the person, and found again where nothing else was asked for.
    """
    held, exclusions = context.evidence.features.searches, context.exclusions
    asked = Asked(queries, quotas, exclusions.unsearchable, exclusions.eligibility)
    known = held.get(source)
    if known is None or not known[0].same(asked):
        held[source] = known = asked, _searched(context, asked)
    return known[1]


def _searched(context: Context, asked: Asked) -> tuple[Rows, Rows]:
    queries, quotas, most = asked.queries, asked.quotas, int(asked.quotas.max())
    found = _within(context.catalogue.search(queries, most, asked.excluded).rows, quotas)
    rows = found[found >= 0]
    lost = rows[~asked.eligibility.covers(context.catalogue, rows)]
    if len(lost) <= _MOST_LOST * len(rows):
        return found, np.empty(0, dtype=np.int32)
    eligible = context.catalogue.search(queries, most, asked.excluded, asked.eligibility).rows
    return _within(eligible, quotas), np.unique(lost)


def _within(rows: Rows, quotas: NDArray[np.int64]) -> Rows:
    return np.where(np.arange(rows.shape[1])[None, :] < quotas[:, None], rows, np.int32(-1))
