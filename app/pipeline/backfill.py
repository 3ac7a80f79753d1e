"""Backfill: where the candidates cannot keep a promise, the whole catalogue is asked.

Sources find what is near; a floor is promised over the catalogue. Counting shows whether the candidates suffice, so
that the catalogue is only looked through when they do not, and then only the part of it that can help.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator

import numpy as np
from numpy.typing import NDArray

from app.pipeline.candidates import Candidates
from app.pipeline.context import Context
from app.pipeline.slate_promises import demand_of, pool_of, recent_since, rows_of_floor
from models.floors import Demand, affordable
from models.ids import Rows

Keep = Callable[[Context, Rows], NDArray[np.bool_]]
BACKFILL = -1


class Backfill:
    """Adds eligible items until the candidates can keep whatever the catalogue can keep."""

    name = "backfill"

    def __call__(self, context: Context, candidates: Candidates, keep: Keep) -> Candidates:
        """The candidates and, behind them, what was missing; `keep` is all filters in one."""
        demand = demand_of(context)
        possible = affordable(pool_of(context, candidates, counted=True), demand)
        if possible == demand:
            return candidates
        places = list(self._places(context, demand, possible))
        rows = np.setdiff1d(np.concatenate(places), candidates.rows) if places else np.empty(0, dtype=np.int32)
        rows = rows[keep(context, rows)]
        added = self._enough_of_each_kind(context, rows.astype(np.int32), demand.length)
        together = np.concatenate([candidates.rows, added])
        source = np.concatenate([candidates.source, np.full(len(added), BACKFILL, dtype=np.int8)])
        return Candidates.found(together, source)

    @staticmethod
    def _places(context: Context, demand: Demand, possible: Demand) -> Iterator[Rows]:
        """The parts of the catalogue that hold what is missing."""
        if possible.length < demand.length or possible.topic_cap > demand.topic_cap:
            yield rows_of_floor(context, "length")
            return
        if possible.recency < demand.recency:
            yield rows_of_floor(context, "recency")
        if possible.exploration < demand.exploration:
            yield rows_of_floor(context, "exploration")

    @staticmethod
    def _enough_of_each_kind(context: Context, rows: Rows, count: int) -> Rows:
        """The most popular `count` rows of each topic, recent or not, the person's own or not: more is not needed."""
        published = context.catalogue.published_at[rows]
        kind = 2 * context.catalogue.topics[rows].astype(np.int64) + (published >= recent_since(context))
        kind = 2 * kind + context.ground.covers(rows)
        order = np.lexsort((rows, -published, -context.environment.popularity.counts(rows), kind))
        _, starts, sizes = np.unique(kind[order], return_index=True, return_counts=True)
        rank = np.arange(len(rows)) - np.repeat(starts, sizes)
        return rows[order[rank < count]]
