"""The operator's side of a service by day: builds, audits, rows and recall, and what goes wrong with them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum
from typing import Final

import numpy as np

from app.alerts.facts import Facts, Share
from app.serving.rebuild_outcome import RebuildOutcome
from scripts.simulation.world import BEGAN

REBUILD_DAYS: Final = 7
AUDIT_DAYS: Final = 91
FIRST_AUDIT: Final = 14


class OperationsFault(StrEnum):
    """What goes wrong with the service itself."""

    FLOORS = "slates miss floors"
    RECALL = "the index finds too little"
    BUILDS = "builds fail"
    ROWS = "rows are rejected"
    AUDIT = "an audit is forgotten"


@dataclass(frozen=True, slots=True)
class Operations:
    """How a service fares.

    Attributes:
        fault: what goes wrong; None for nothing.
        fault_day: from which day on.
        seed: of everything that is drawn.
    """

    fault: OperationsFault | None
    fault_day: int
    seed: int

    def facts(self, day: int) -> Facts:
        """At the end of a day."""
        random = np.random.default_rng([self.seed, day])
        wrong = self.fault if day >= self.fault_day else None
        builds = range(0, day + 1, REBUILD_DAYS)
        built = [each for each in builds if self.fault is not OperationsFault.BUILDS or each < self.fault_day]
        audits = [each for each in range(FIRST_AUDIT, day + 1, AUDIT_DAYS) if not self._forgotten(each)]
        failed = built[-1] != builds[-1]
        rejected = random.binomial(5_000, 0.12 if wrong is OperationsFault.ROWS else 0.01)
        recall = 0.9 if wrong is OperationsFault.RECALL else 0.985
        return Facts(
            now=_at(day),
            missed_floors=Share(int(random.binomial(4_000, 0.15 if wrong is OperationsFault.FLOORS else 0.01)), 4_000),
            recall=(1_000, float(recall + random.normal(0.0, 0.003))),
            built_at=_at(built[-1]),
            rebuild=RebuildOutcome(
                at=BEGAN + timedelta(days=builds[-1]), ok=not failed, said="no room" if failed else ""
            ),
            swap_problem=None,
            rejected=Share(int(rejected), 5_000),
            rejected_before=Share(1_400, 140_000),
            audited_at=_at(audits[-1]) if audits else None,
            began_at=_at(0),
        )

    def _forgotten(self, day: int) -> bool:
        return self.fault is OperationsFault.AUDIT and day >= self.fault_day


def _at(day: int) -> float:
    return (BEGAN + timedelta(days=day)).timestamp()
