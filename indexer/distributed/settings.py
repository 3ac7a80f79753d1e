"""Where a build is computed."""

from __future__ import annotations

from pydantic import Field

from models.config import Config


class RaySettings(Config):
    """A Ray cluster for builds; needs `pip install 'penchant[ray]'`."""

    address: str | None = None
    """The cluster's, as in `10.0.0.5:6379`; `auto` finds the one that this machine belongs to, `local` begins one on
    this machine and ends it with the build. None builds in one process, without Ray."""

    workers: int | None = Field(default=None, ge=1)
    """Parts that are computed at a time; none takes all CPUs of the cluster, and for encoding its GPUs where
    `index.device` is one."""
