"""What an audit measures: one SQL file a measure, over the views, which answers numerator and denominator by person."""

from __future__ import annotations

from dataclasses import dataclass
from importlib.resources import files
from typing import Final, Literal

MeasureName = Literal[
    "engagement_rate",
    "click_through_rate",
    "held_out_recall",
    "diversity",
    "exploration",
    "label_fidelity",
    "control_efficacy",
    "negative_feedback",
    "opt_out",
]


@dataclass(frozen=True, slots=True)
class Measure:
    """One share, per person and thus per group.

    Attributes:
        name: as in the charter's thresholds and in the report.
        title: in words.
        says: what is divided by what.
        more_is_better: False for what is good to be rare.
        in_log: whether the views tell it; the others come from slates made for the audit.
    """

    name: MeasureName
    title: str
    says: str
    more_is_better: bool = True
    in_log: bool = True

    def sql(self) -> str:
        """The query; `$first` and `$end` bound the quarter."""
        return files(__name__).joinpath(f"{self.name}.sql").read_text(encoding="utf-8")


MEASURES: Final = (
    Measure("engagement_rate", "Engagement rate", "Items with a positive event, of all items seen"),
    Measure("click_through_rate", "Click-through rate", "Items clicked, of all items seen"),
    Measure(
        "held_out_recall",
        "Recall on held-out events",
        "Of the last items that people took up, those in a slate made from what they did before",
        in_log=False,
    ),
    Measure("diversity", "Diversity", "Different topics in an answer, of its items"),
    Measure("exploration", "Exploration", "Items from outside the established interests, of all items served"),
    Measure(
        "label_fidelity",
        "Label fidelity",
        "Labels of which it holds that, without the event that they name, the item scores lower",
        in_log=False,
    ),
    Measure(
        "control_efficacy",
        "Control efficacy",
        "What was spoken against and did not come back: items and muted topics not served again, topics of which less "
        "was asked served less",
    ),
    Measure(
        "negative_feedback",
        "Negative feedback",
        "Items with a negative event, of all items seen",
        more_is_better=False,
    ),
    Measure(
        "opt_out",
        "Opt-outs and resets",
        "People who switched personalisation off or reset it, of all",
        more_is_better=False,
    ),
)
