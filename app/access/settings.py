"""Settings of who may call, and how often."""

from __future__ import annotations

from pydantic import Field

from models.config import Config


class RateSettings(Config):
    """Requests that may be made in any minute, by whom; counted in the memory of this process."""

    key_per_minute: int | None = Field(default=120_000, ge=1)
    """By one operator or service key; none lifts the limit."""

    user_per_minute: int | None = Field(default=600, ge=1)
    """By one person, over all of their tokens; none lifts the limit."""

    user_rows: int = Field(default=1_000, ge=1)
    """Most events in one request with a person's token; services' and operators' may have `http.max_rows`."""

    user_events_per_minute: int | None = Field(default=3_000, ge=1)
    """Events of one person, told by the person's tokens and by service keys together. Operators' come on top, so that
    an import is not cut; none lifts the limit."""

    keyless_per_minute: int | None = Field(default=None, ge=1)
    """By all callers together, while there are no keys; none lifts the limit."""


class BodySettings(Config):
    """Request bodies that are held in memory at a time."""

    mb: int = Field(default=64, ge=1)
    """Megabytes of them, in all; whoever comes then is asked to try again."""

    share: float = Field(default=0.5, gt=0, le=1)
    """The share of these that one caller may take."""


class AuditLogSettings(Config):
    """The log of what operators did, `audit.ndjson`."""

    sync: bool = True
    """Whether each line is on the disk before the action is answered; otherwise a power cut may lose the last ones."""

    mb: float = Field(default=64, gt=0)
    """Megabytes from which a new file is begun."""

    days: float = Field(default=31, gt=0)
    """Days after which a new file is begun."""

    keep_days: float | None = Field(default=730, gt=0)
    """Days for which files stay that are no longer written to; none keeps them for good."""


class AccessSettings(Config):
    """Who may call, and how often."""

    token_seconds: int = Field(default=900, ge=1, le=86_400)
    """Longest lifetime of a person's token, and the lifetime of those that ask for none, in seconds."""

    session_seconds: int = Field(default=3_600, ge=60, le=86_400)
    """For how long an operator stays signed in on the pages after showing a key, in seconds."""

    token_audience: str = Field(default="penchant", min_length=1)
    """The audience that tokens name; services with the same signing keys tell their tokens apart by it."""

    rates: RateSettings = RateSettings()

    bodies: BodySettings = BodySettings()

    audit: AuditLogSettings = AuditLogSettings()
