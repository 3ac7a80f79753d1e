"""What came of interleaving: from which of two policies people take up more, with intervals that hold at every look."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from importlib.resources import files
from typing import Any, Final

import numpy as np
from duckdb import DuckDBPyConnection
from numpy.typing import NDArray

from app.insights.experiments.enough import missing, number
from app.insights.experiments.experiment import Experiment
from app.insights.experiments.experiments import told
from models.statistics import always_valid_interval, always_valid_p, mean_estimate, preferences
from models.user_state import DAY_SECONDS

Values = NDArray[np.float64]

CREDITED: Final = {"engaged": "Items with a positive event", "clicked": "Items clicked"}
"""What is credited to the policy that brought it; the first is the primary one."""
ALPHA: Final = 0.05


@dataclass(frozen=True, slots=True)
class Credits:
    """The people of an experiment that interleaves.

    Attributes:
        days: float64 [people], since each was first served, at least 1.
        served: int64 [people, 2], items that each policy brought.
        taken: name of what is credited -> int64 [people, 2].
    """

    days: Values
    served: NDArray[np.int64]
    taken: dict[str, NDArray[np.int64]]


def read_credits(connection: DuckDBPyConnection, experiment: Experiment, end: datetime) -> Credits:
    """Who was served what was drafted, and what they took up."""
    sql = files("app.insights.experiments").joinpath("credits.sql").read_text(encoding="utf-8")
    rows = connection.execute(sql, {"experiment": experiment.name}).fetchall()
    counts = np.array([row[2:] for row in rows], dtype=np.int64).reshape(len(rows), 6)
    seconds = np.array([(end - row[1].replace(tzinfo=UTC)).total_seconds() for row in rows], dtype=np.float64)
    pairs = {name: counts[:, 2 + 2 * place : 4 + 2 * place] for place, name in enumerate(CREDITED)}
    return Credits(np.maximum(1.0, seconds / DAY_SECONDS), counts[:, :2], pairs)


def preferred(experiment: Experiment, found: Credits, end: datetime) -> dict[str, Any]:
    """The comparison, JSON-ready; null is what is not known yet."""
    names = [each.name for each in experiment.variants]
    return {
        "experiment": told(experiment),
        "until": end.isoformat(),
        "people": {"interleaved": len(found.days)},
        "crossed": 0,
        "crossed_by": {},
        "sample_ratio": None,
        "level": 1.0 - ALPHA,
        "measures": [],
        "items": dict(zip(names, found.served.sum(axis=0).tolist(), strict=True)),
        "preferences": [
            {"measure": name, "says": says, "primary": place == 0, "second": names[1]}
            | _preference(found.taken[name], found.days, experiment, names)
            for place, (name, says) in enumerate(CREDITED.items())
        ],
    }


def _preference(taken: NDArray[np.int64], days: Values, experiment: Experiment, names: list[str]) -> dict[str, Any]:
    """By person, so that who takes up much has one vote like everybody."""
    votes = votes_of(taken)
    told_of = taken.sum(axis=1) > 0
    estimate, clock = mean_estimate(votes), float(days[told_of].sum())
    people = {"people": len(votes), "share": number(estimate.value + 0.5) if len(votes) else None}
    if more := missing(votes):
        return people | {"interval": None, "p": None, "verdict": "too few people", "people_missing": more}
    ends = always_valid_interval(estimate, clock, experiment.best_at, ALPHA)
    p = min(1.0, float(always_valid_p(estimate, clock, experiment.best_at)))
    better = names[1] if ends[0] > 0 else names[0] if ends[1] < 0 else None
    verdict = f"people prefer {better}" if better else "not told apart"
    return people | {"interval": [number(each + 0.5) for each in ends], "p": number(p), "verdict": verdict}


def votes_of(taken: NDArray[np.int64]) -> Values:
    """float64 [people who took up anything]: the second policy's share of it, less a half."""
    people, teams = np.nonzero(taken)
    counts = taken[people, teams]
    voters = np.unique(people, return_inverse=True)[1]
    return preferences(np.repeat(teams, counts).astype(np.int8), np.repeat(voters, counts).astype(np.int64))
