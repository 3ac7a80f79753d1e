"""Settings of the log of served answers, and of the figures that are made of it."""

from __future__ import annotations

from pydantic import Field

from app.insights.telemetry.settings import TelemetrySettings
from models.config import Config


class InsightsSettings(Config):
    """What is written down of answers, and what is told of it."""

    served_log: bool = True
    """Whether answers are logged as served, as the charter's `[served]` permits; figures rest on this log."""

    flush_seconds: float = Field(default=5.0, gt=0, le=3_600, allow_inf_nan=False)
    """Seconds after which answers that were served are in a file; a crash loses no more than these."""

    most_waiting: int = Field(default=20_000, ge=1)
    """Answers that may wait in memory to be written; what is served beyond that is not logged, and counted."""

    attribution_hours: float = Field(default=24.0, gt=0, le=2_400, allow_inf_nan=False)
    """Hours after an answer in which what people do with it counts in figures."""

    least_people: int = Field(default=10, ge=1)
    """People of a segment below which nothing is told of it."""

    most_days: int = Field(default=400, ge=1)
    """Days of the longest report."""

    telemetry: TelemetrySettings = TelemetrySettings()
