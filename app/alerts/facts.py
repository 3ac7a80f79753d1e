"""What the plain alerts look at, as values."""

from __future__ import annotations

from dataclasses import dataclass

from app.serving.rebuild_outcome import RebuildOutcome


@dataclass(frozen=True, slots=True)
class Share:
    """So many of so many."""

    part: int
    whole: int

    @property
    def value(self) -> float:
        """The share; 0 of nothing."""
        return self.part / self.whole if self.whole else 0.0


@dataclass(frozen=True, slots=True)
class Facts:
    """How a service is at one moment.

    Attributes:
        now: seconds since 1970 by the machine's clock.
        missed_floors: of the answers of the last 24 hours, those that missed a floor; None where none are logged.
        recall: (queries, recall@10 of them) that were answered again by exact search.
        built_at: when the newest snapshot was built; None before the first.
        rebuild: what became of the last build that was due.
        swap_problem: why the published snapshot is not in service.
        rejected: of the rows of the last 24 hours, those that were rejected.
        rejected_before: of the 28 days before.
        audited_at: when the last equity audit was made; None without any.
        began_at: when the service began to answer from this data folder.
        storage: why nothing can be written, and what of acknowledged writes was lost.
    """

    now: float
    missed_floors: Share | None
    recall: tuple[int, float]
    built_at: float | None
    rebuild: RebuildOutcome | None
    swap_problem: str | None
    rejected: Share
    rejected_before: Share
    audited_at: float | None
    began_at: float | None
    storage: tuple[str, ...] = ()
