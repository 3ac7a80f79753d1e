"""Settings of backups."""

from __future__ import annotations

from pathlib import Path

from pydantic import Field

from models.config import Config


class BackupSettings(Config):
    """Backups that a running service has made of its data folder."""

    folder: Path | None = None
    """Folder of the backups, best on another disk; absent, none is made by itself."""

    every_hours: float = Field(default=24.0, gt=0, allow_inf_nan=False)
    """Hours between two backups."""

    keep: int = Field(default=7, ge=1)
    """Backups that are kept; older ones go, and with them whoever was erased since."""
