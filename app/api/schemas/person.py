"""What the endpoints under `/users/{user_id}` answer."""

from __future__ import annotations

from datetime import datetime
from typing import Any, Literal

from pydantic import Field

from app.api.schemas.base import Answer


class StatedPreferences(Answer):
    """What a person says to like; what is absent was not stated."""

    tags: list[str] | None = None
    topics: list[str] | None = None
    less_of: list[str] | None = None
    providers: list[str] | None = None
    formats: list[str] | None = None
    languages: list[str] | None = None


class MutedThings(Answer):
    """What a person never wants to see."""

    tags: list[str] | None = None
    topics: list[str] | None = None
    providers: list[str] | None = None


class Explicit(Answer):
    """What was stated of a person; what is absent was not."""

    role: str | None = None
    goals: list[str] | None = None
    preferences: StatedPreferences | None = None
    muted: MutedThings | None = None
    allowed_sensitive_topics: list[str] | None = None
    time_zone: str | None = None
    attributes: dict[str, Any] | None = None
    personalization: bool | None = None


class Evidence(Answer):
    """An event that an inference rests on."""

    item_id: str
    title: str

    event: str
    """Its type."""

    occurred_at: datetime
    age_days: float

    weight_now: float
    """What is left of its weight."""


class TopicShare(Answer):
    """A topic of interest."""

    topic: str
    name: str

    share: float = Field(ge=0, le=1)
    """Part of the decayed positive mass."""

    established: bool
    """Whether it is among the established interests, which exploration leaves aside."""

    evidence: list[Evidence]
    """The events that weigh most."""


class FormatShare(Answer):
    """A format engaged with."""

    format: str
    share: float = Field(ge=0, le=1)


class Implicit(Answer):
    """What was inferred of a person from their events."""

    topics: list[TopicShare]
    formats: list[FormatShare]


class Signals(Answer):
    """Events that count, by polarity."""

    positive: int
    neutral: int
    negative: int


class Freshness(Answer):
    """How old the evidence is, and how fast it fades."""

    as_of: datetime
    oldest_event: datetime | None
    newest_event: datetime | None
    half_life_positive_days: float
    half_life_negative_days: float


class Profile(Answer):
    """What is held of a person: what they stated, and what was inferred from which events."""

    user_id: str

    known: bool
    """False for a person who never came; the rest is then empty."""

    personalization: bool
    """Whether anything is learned of them."""

    epoch: int
    """How often they were reset."""

    explicit: Explicit
    implicit: Implicit
    signals: Signals
    freshness: Freshness


class ResetReceipt(Answer):
    """What a reset did."""

    user_id: str

    epoch: int
    """How often they were reset, this time included."""

    reset_at: datetime

    scope: Literal["all", "topic", "since"]
    """What was forgotten: everything, a topic, or what happened since a time."""

    kept_seen: bool
    """Whether items that they have seen stay out of their slates."""

    undo_until: datetime
    """Until when it can be undone; then what was forgotten is deleted."""


class Aggregating(Answer):
    """A snapshot that was learned before an erasure."""

    snapshot: str
    created_at: datetime


class Aggregates(Answer):
    """What was learned from many people together, and can therefore not be taken apart again."""

    statement: str
    snapshots: list[Aggregating]


class ErasureReceipt(Answer):
    """What an erasure did."""

    user_id: str
    erased_at: datetime

    deleted: dict[str, int]
    """How much was deleted, by store."""

    aliases: int
    """How many further ids of the person were erased."""

    database_rewritten: bool
    """Whether the database file was written anew, since it held bytes of deleted rows."""

    aggregates: Aggregates
