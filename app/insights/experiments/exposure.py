"""Who was given which variant, and what each did since: the arrays that a comparison rests on."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from importlib.resources import files
from typing import Any, Final

import numpy as np
from duckdb import DuckDBPyConnection
from numpy.typing import NDArray

from app.insights.experiments.experiment import Experiment
from app.insights.experiments.measures import COMPARED, Compared
from models.statistics import capped
from models.user_state import DAY_SECONDS

Values = NDArray[np.float64]
MERGED: Final = "ids_were_merged"
"""Each id had a variant of its own until it was known that they are one person's."""
ONE_ID: Final = "one_id"
"""Nothing that a service does by itself: the experiment's file was changed, or two folders were joined."""
_NOW_TOO: Final = timedelta(microseconds=1)
"""A standing clock serves at the very moment at which it is looked."""


@dataclass(frozen=True, slots=True)
class Exposed:
    """The people of an experiment.

    Attributes:
        user_ids: ascending.
        variants: int64 [people], position of the variant.
        days: float64 [people], days since each was first served, at least 1.
        crossed: people who were given several variants, by reason; set aside.
        first: since when the experiment ran.
        end: until when it is looked at.
    """

    user_ids: Sequence[str]
    variants: NDArray[np.int64]
    days: Values
    crossed: Mapping[str, int]
    first: datetime
    end: datetime

    def counts(self, variants: int) -> NDArray[np.int64]:
        """int64 [variants]: people of each."""
        return np.bincount(self.variants, minlength=variants).astype(np.int64)


def read_exposed(connection: DuckDBPyConnection, experiment: Experiment, now: datetime) -> Exposed:
    """Who was answered by an experiment so far."""
    first, end = experiment.started_at or now, experiment.stopped_at or now
    sql = files("app.insights.experiments").joinpath("exposed.sql").read_text(encoding="utf-8")
    rows = connection.execute(sql, {"experiment": experiment.name}).fetchall()
    places = {variant.name: place for place, variant in enumerate(experiment.variants)}
    single = [row for row in rows if len(row[1]) == 1 and row[1][0] in places]
    seconds = [(end - row[2].replace(tzinfo=UTC)).total_seconds() for row in single]
    return Exposed(
        [row[0] for row in single],
        np.array([places[row[1][0]] for row in single], dtype=np.int64),
        np.maximum(1.0, np.array(seconds, dtype=np.float64) / DAY_SECONDS),
        _crossed(rows),
        first,
        end,
    )


def _crossed(rows: Sequence[tuple[Any, ...]]) -> dict[str, int]:
    """Reason -> people who were given several variants."""
    several = [row[3] for row in rows if len(row[1]) > 1]
    reasons = {MERGED: sum(ids > 1 for ids in several), ONE_ID: sum(ids == 1 for ids in several)}
    return {reason: count for reason, count in reasons.items() if count}


def read_sums(connection: DuckDBPyConnection, exposed: Exposed) -> dict[str, tuple[Values, Values]]:
    """Measure -> float64 [people] numerators and denominators, from the start of the experiment on."""
    bounds = {"first": _plain(exposed.first), "end": _plain(exposed.end) + _NOW_TOO}
    places = {user_id: place for place, user_id in enumerate(exposed.user_ids)}
    return {each.name: _sums(connection, each, bounds, places) for each in COMPARED}


def _sums(
    connection: DuckDBPyConnection, measure: Compared, bounds: dict[str, Any], places: dict[str, int]
) -> tuple[Values, Values]:
    table = np.zeros((len(places), 2))
    table[:, 1] = float(measure.everybody)
    for user_id, numerator, denominator in connection.execute(measure.sql, bounds).fetchall():
        if (place := places.get(user_id)) is not None:
            table[place] = numerator, denominator
    numerators = capped(table[:, 0]) if measure.heavy_tail else table[:, 0]
    return numerators.copy(), table[:, 1].copy()


def _plain(moment: datetime) -> datetime:
    """Times of the views are UTC without a zone."""
    return moment.astimezone(UTC).replace(tzinfo=None)
