"""Settings of alerts."""

from __future__ import annotations

from typing import Final, Literal

from pydantic import Field

from app.webhooks.settings import WebhookSettings
from models.config import Config

AlertName = Literal[
    "diversity_falls",
    "negative_feedback_rises",
    "opt_outs_rise",
    "floors_missed",
    "recall_low",
    "snapshot_stale",
    "rebuild_failing",
    "rejects_rising",
    "audit_overdue",
    "storage_failing",
]
Action = Literal["last_good_policy"]
QUARTER_DAYS: Final = 91


class DriftSettings(Config):
    """When a daily figure has changed for the worse, each against its own past."""

    false_alarms_per_quarter: float = Field(default=1.0, gt=0, le=30, allow_inf_nan=False)
    """False alarms that the three alerts on daily figures together may raise in 91 days, on average at most."""

    baseline_days: int = Field(default=56, ge=28, le=364, multiple_of=7)
    """Days that a day is compared with, weekday by weekday; at least 28 of them must count."""

    lag_days: int = Field(default=14, ge=7, le=56, multiple_of=7)
    """Days between these and the day that is judged, so that a change of this week is not part of its own measure."""

    least_people: int = Field(default=100, ge=1)
    """People of a day below whom it is not judged."""

    least_slots: int = Field(default=500, ge=1)
    """Slots of a day that people reacted to, below which its negative feedback is not judged."""

    diversity_fall: float = Field(default=0.03, ge=0, lt=1)
    """Relative fall of diversity that nobody minds."""

    negative_feedback_rise: float = Field(default=0.1, ge=0, allow_inf_nan=False)
    """Relative rise of the share of negative feedback that nobody minds."""

    opt_out_rise: float = Field(default=0.2, ge=0, allow_inf_nan=False)
    """Relative rise of the share of people who opt out that nobody minds."""

    @property
    def days_to_false_alarm(self) -> float:
        """Mean time to a false alarm of each of the three."""
        return 3 * QUARTER_DAYS / self.false_alarms_per_quarter


class AlertSettings(Config):
    """What is watched, and what is done when it goes wrong."""

    every_seconds: float = Field(default=60.0, gt=0, allow_inf_nan=False)
    """How often everything is looked at."""

    drift: DriftSettings = DriftSettings()

    missed_floor_share: float = Field(default=0.05, ge=0, le=1)
    """Share of the answers of the last 24 hours that may miss a floor."""

    least_answers: int = Field(default=200, ge=1)
    """Answers below which missed floors are not judged."""

    recall_floor: float = Field(default=0.95, ge=0, le=1)
    """recall@10 of live queries below which the index finds too little."""

    least_queries: int = Field(default=200, ge=1)
    """Sampled queries below which recall is not judged."""

    stale_days: float = Field(default=15.0, gt=0, allow_inf_nan=False)
    """Age of the newest snapshot from which it is stale; twice `snapshots.rebuild_days` and a day."""

    rejected_share: float = Field(default=0.05, ge=0, le=1)
    """Share of the rows of the last 24 hours that may be rejected, if it is more than `rejected_times` as usual."""

    rejected_times: float = Field(default=2.0, ge=1, allow_inf_nan=False)
    """How many times the share of the 28 days before counts as a rise."""

    least_rows: int = Field(default=500, ge=1)
    """Rows below which rejects are not judged."""

    audit_days: float = Field(default=92.0, gt=0, allow_inf_nan=False)
    """Days after which the next equity audit is overdue: a quarter."""

    actions: dict[AlertName, Action] = Field(default_factory=dict)
    """What an alert does: `{"negative_feedback_rises": "last_good_policy"}` goes back by itself. Nothing by default."""

    cooldown_hours: float = Field(default=72.0, ge=0, allow_inf_nan=False)
    """Hours after an action in which no alert acts again."""

    good_hours: float = Field(default=24.0, ge=0, allow_inf_nan=False)
    """Hours for which a policy must have been in force, without this alert, to count as good."""

    webhook: WebhookSettings = WebhookSettings()
