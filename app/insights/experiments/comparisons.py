"""Reads an experiment's log and compares its variants; blocks, so coroutines go through a thread."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final

import numpy as np
from duckdb import DuckDBPyConnection

from app.insights.experiments.comparison import USUAL, Looked, Wanted, compared, planned
from app.insights.experiments.exposure import Exposed, read_exposed, read_sums
from app.insights.experiments.folder import ExperimentFolder
from app.insights.experiments.preference import preferred, read_credits
from app.insights.views import Since

Reading = Callable[..., AbstractContextManager[DuckDBPyConnection]]
"""`Insights.reading`."""

PLAN_DAYS: Final = 28
"""Days of the log that a plan is made from."""
_SERVED: Final = """
SELECT DISTINCT user_id FROM answers SEMI JOIN (SELECT user_id FROM people WHERE NOT machine) AS people USING (user_id)
WHERE served_at >= $first AND served_at < $end ORDER BY user_id
"""


@dataclass(frozen=True, slots=True)
class Comparisons:
    """Compares.

    Attributes:
        reading: a connection with all views, on the served log between two days.
        folder: of experiments.
        now: what time it is.
    """

    reading: Reading
    folder: ExperimentFolder
    now: Callable[[], datetime]

    def compare(self, name: str) -> dict[str, Any]:
        """What came of an experiment so far.

        Raises:
            ExperimentNotFoundError: there is none of this name.
        """
        experiment, now = self.folder.get(name), self.now()
        first = (experiment.started_at or now).date()
        since = Since(experiment.name, experiment.events_before, experiment.controls_before)
        with self.reading(first, (experiment.stopped_at or now).date(), since) as connection:
            if experiment.kind == "interleaved":
                end = experiment.stopped_at or now
                return preferred(experiment, read_credits(connection, experiment, end), end)
            exposed = read_exposed(connection, experiment, now)
            return compared(Looked(experiment, exposed, read_sums(connection, exposed)))

    def plan(self, name: str, wanted: Wanted = USUAL) -> dict[str, Any]:
        """How many people an experiment needs, by what people did in the last four weeks.

        Raises:
            ExperimentNotFoundError: there is none of this name.
        """
        experiment, end = self.folder.get(name), self.now()
        first = end - timedelta(days=PLAN_DAYS)
        bounds = {"first": first.replace(tzinfo=None), "end": end.replace(tzinfo=None) + timedelta(microseconds=1)}
        with self.reading(first.date(), end.date()) as connection:
            user_ids = [user_id for (user_id,) in connection.execute(_SERVED, bounds).fetchall()]
            nowhere = np.zeros(len(user_ids), dtype=np.int64)
            everybody = Exposed(user_ids, nowhere, np.ones(len(user_ids)), {}, first, end)
            measures = planned(experiment, read_sums(connection, everybody), wanted)
        about = {"experiment": name, "power": wanted.power, "alpha": wanted.alpha, "days": PLAN_DAYS}
        return about | {"measures": measures}
