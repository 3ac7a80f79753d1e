"""Where a service begins, by what it recommends."""

from __future__ import annotations

import tomllib
from enum import StrEnum
from pathlib import Path

from models.config import Config


class What(StrEnum):
    """What is recommended."""

    SHOP = "shop"
    NEWS = "news"
    FILMS = "films"
    COURSES = "courses"
    OTHER = "other"


class Preset(Config):
    """Where a service of one kind begins."""

    title: str
    """What is recommended, in words."""

    outcome: str
    """What recommending is to improve."""

    events: tuple[str, ...]
    """Types of event that such an application sends."""

    half_life_positive_days: float
    recency_half_life_days: float
    recency_share: float

    @property
    def settings(self) -> dict[str, dict[str, float]]:
        """Group -> name -> value."""
        return {
            "events": {"half_life_positive_days": self.half_life_positive_days},
            "query.weights": {"recency_half_life_days": self.recency_half_life_days},
            "query.floors": {"recency_share": self.recency_share},
        }


def preset_of(what: What) -> Preset:
    """The packaged one."""
    return Preset.model_validate(tomllib.loads((Path(__file__).parent / "presets.toml").read_text("utf-8"))[what])
