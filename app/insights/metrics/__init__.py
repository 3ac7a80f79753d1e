"""The metrics, one SQL file each; their formulas stand in docs/guides/metrics.md.

Each reads the tables that `app.insights.report` makes of a period, and answers `bucket, value, numerator, denominator,
people`.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from importlib.resources import files
from typing import Any, Final


@dataclass(frozen=True, slots=True)
class Metric:
    """One metric.

    Attributes:
        name: as in reports.
        file: name of its SQL file, without the ending.
        parameters: of its query, besides the period's.
    """

    name: str
    file: str
    parameters: Mapping[str, Any] = field(default_factory=dict)

    def sql(self) -> str:
        """Its query."""
        return files(__name__).joinpath(f"{self.file}.sql").read_text(encoding="utf-8")


METRICS: Final = (
    Metric("engagement_rate", "engagement_rate"),
    Metric("engaged_people", "engaged_people"),
    Metric("click_through_rate", "click_through_rate"),
    Metric("time_to_engagement", "time_to_engagement"),
    *(Metric(f"return_rate_{days}", "return_rate", {"days": days}) for days in (1, 7, 28)),
    Metric("intra_list_diversity", "intra_list_diversity"),
    Metric("topic_entropy", "topic_entropy"),
    Metric("catalogue_coverage", "catalogue_coverage"),
    Metric("exposure_gini", "exposure_gini"),
    Metric("negative_feedback_rate", "negative_feedback_rate"),
    Metric("opt_out_rate", "opt_out_rate"),
    Metric("reset_rate", "reset_rate"),
    Metric("exploration_acceptance", "exploration_acceptance"),
    Metric("label_compliance", "label_compliance"),
    Metric("floor_compliance", "floor_compliance"),
    Metric("floor_affordability", "floor_affordability"),
    Metric("control_efficacy", "control_efficacy"),
)
"""In the order of reports, the primary one first."""
