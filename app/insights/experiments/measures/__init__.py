"""What variants are compared by: the audit's measures of the log, and what only makes sense from a beginning on."""

from __future__ import annotations

from dataclasses import dataclass
from importlib.resources import files
from typing import Final

from app.insights.equity.measures import MEASURES as OF_AUDITS


@dataclass(frozen=True, slots=True)
class Compared:
    """One measure: a ratio of two sums over the people of a variant.

    Attributes:
        name: of the measure.
        says: what is divided by what.
        sql: numerator and denominator by person, between `$first` and `$end`.
        more_is_better: False for what is good to be rare.
        everybody: whether who has no row counts, with a numerator of 0 and a denominator of 1.
        heavy_tail: whether a few people may have much more of it than others; then the largest values are capped.
    """

    name: str
    says: str
    sql: str
    more_is_better: bool = True
    everybody: bool = False
    heavy_tail: bool = False


def _own(name: str) -> str:
    return files(__name__).joinpath(f"{name}.sql").read_text(encoding="utf-8")


COMPARED: Final = (
    *(Compared(each.name, each.says, each.sql(), each.more_is_better) for each in OF_AUDITS if each.in_log),
    Compared(
        "engagements",
        "Positive events on anything, by person; above the 99.9th percentile they count as that",
        _own("engagements"),
        everybody=True,
        heavy_tail=True,
    ),
    Compared(
        "return_rate_7_days",
        "People served again on one of the seven days after their first",
        _own("return_rate_7_days"),
    ),
)
"""The first one is the primary measure."""
