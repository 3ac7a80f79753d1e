"""Settings of the equity audit. What it judges by stands in the charter, declared beforehand."""

from __future__ import annotations

from pydantic import Field

from models.config import Config


class AuditSettings(Config):
    """How an audit computes."""

    resamples: int = Field(default=1_000, ge=200, le=20_000)
    """Bootstrap resamples of the people of each group."""

    seed: int = Field(default=0, ge=0)
    """Of the resamples: equal inputs and seeds give equal reports, byte by byte."""

    held_out_people: int = Field(default=100, ge=0)
    """Most people of each group for whom a slate is made from all but their last events of the quarter; 0 for none."""

    held_out_slots: int = Field(default=20, ge=1, le=100)
    """Slots of that slate."""
