"""Settings of the sensitive topics at index time."""

from __future__ import annotations

from pathlib import Path

from pydantic import Field

from models.config import Config


class SensitiveSettings(Config):
    """Which items count as sensitive besides those that declare it."""

    taxonomy: Path | None = None
    """TOML file of the topics; absent, the packaged one."""

    calibration: Path | None = None
    """TOML file that `penchant calibrate-sensitive` wrote; absent, the packaged encoder's."""

    classify: bool = True
    """Whether items that say nothing themselves are told by their content vector."""

    adapt: bool = True
    """Whether heads from phrases are fitted to the catalogue: the bar rises where all items lie close to a topic, and
    items that are plainly on it teach the rest."""

    thresholds: dict[str, float] = Field(default_factory=dict)
    """Sensitive topic -> probability from which an item counts as touching it, in place of the default."""

    default_threshold: float = Field(default=0.5, gt=0, lt=1)
    """The same for every other topic. Probabilities are calibrated on texts of which every second one is on the
    topic: lower finds more, and takes more for sensitive that is not."""

    sharpness: float = Field(default=12.0, gt=0, allow_inf_nan=False)
    """How much the nearest phrases of a topic outweigh the others, where no head was trained."""
