"""Settings of processes that share a database."""

from __future__ import annotations

from pydantic import Field

from models.config import Config


class ReplicaSettings(Config):
    """What processes do that share a database (`storage.url`); with DuckDB there is one, and this means nothing."""

    follow_seconds: float = Field(default=1.0, gt=0, allow_inf_nan=False)
    """How often what others wrote of people is taken in whom nobody asks for here: so much do trends lag."""

    stale_seconds: float = Field(default=30.0, ge=0, allow_inf_nan=False)
    """How long people of whom enough is held are answered while the database is away, marked `stale`; 0: not at all."""

    patience_seconds: float = Field(default=5.0, gt=0, allow_inf_nan=False)
    """How long a request waits for the database to say whether what is held is so; then it counts as away."""

    lease_seconds: float = Field(default=15.0, gt=0, allow_inf_nan=False)
    """After which another process deletes for age and makes resets final, where the one that did so went silent."""

    held_people: int = Field(default=100_000, ge=1)
    """People of whom it is held how far they have come; others are read again when they are asked for."""
