"""What the endpoints under `/users/{user_id}` answer."""

from __future__ import annotations

from datetime import datetime
from typing import Any, Literal

from pydantic import Field

from app.api.schemas.base import Answer, HeldAnswer


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

    event_id: str | None
    """By which it can be ignored."""

    item_id: str
    title: str

    event: str
    """Its type."""

    occurred_at: datetime
    age_days: float

    weight_now: float
    """What is left of its weight."""

    faded_at: datetime
    """When a tenth of its weight will be left."""


class Support(Answer):
    """What an inference rests on."""

    events: int
    """How many events."""

    half_life_days: float
    """Days until an event counts half."""

    faded_at: datetime
    """When a tenth of what it weighs now will be left, if nothing is added."""

    evidence: list[Evidence]
    """The events that weigh most."""


class TopicShare(Support):
    """A topic of interest."""

    topic: str
    """Its slug, by which requests name it."""

    name: str | None
    """Null where no tag and no word names the topic: `evidence` shows what it is."""

    share: float = Field(ge=0, le=1)
    """Part of the decayed positive mass."""

    established: bool
    """Whether it is among the established interests, which exploration leaves aside."""

    trend: float | None = Field(ge=-1, le=1)
    """Its share of the last 30 days, less its share of the time before; null without events in both."""


class FormatShare(Support):
    """A format engaged with."""

    format: str
    share: float = Field(ge=0, le=1)


class Reading(Support):
    """How a person reads."""

    opened: int
    """Items opened."""

    finished: int
    """Items finished."""

    completion: float = Field(ge=0, le=1)
    """Part of the items opened that was finished, each item counting what is left of its latest event."""

    words_per_minute: float | None
    """Median over the latest finished items of which the time is known."""


class Hours(Support):
    """When a person engages."""

    time_zone: str

    shares: list[float] = Field(min_length=24, max_length=24)
    """Part of the decayed positive mass in each hour of the day, from midnight."""


class SessionTopic(Answer):
    """A topic of the session."""

    topic: str
    share: float


class SessionIntent(Answer):
    """What a person is after just now."""

    topics: list[SessionTopic]
    half_life_minutes: float
    faded_at: datetime
    events: int
    evidence: list[Evidence]


class Negative(Answer):
    """What was spoken against."""

    evidence: list[Evidence]
    """The negative events that weigh most."""


class Implicit(Answer):
    """What was inferred of a person from their events; nothing while personalization is off."""

    topics: list[TopicShare]
    formats: list[FormatShare]
    reading: Reading | None
    hours: Hours | None
    session: SessionIntent | None


class Signals(Answer):
    """Events that count, by polarity."""

    positive: int
    neutral: int
    negative: int

    by_type: dict[str, int]
    """The same by event type."""


class Freshness(Answer):
    """How old the evidence is, and how fast it fades."""

    as_of: datetime
    oldest_event: datetime | None
    newest_event: datetime | None
    half_life_positive_days: float
    half_life_negative_days: float


class ProfileWarning(Answer):
    """A name among what is stated that nothing in the catalogue bears: it may come later."""

    field: str
    """Where it stands, such as `muted.tags.0`."""

    value: str
    message: str

    did_you_mean: str | None = None
    """The nearest name that something bears, if one is near."""


class Profile(HeldAnswer):
    """What is held of a person: what they stated, and what was inferred from which events."""

    user_id: str

    known: bool
    """False for a person who never came; the rest is then empty."""

    personalization: bool
    """Whether anything is learned of them."""

    epoch: int
    """How often they were reset."""

    explicit: Explicit

    warnings: list[ProfileWarning]
    """Controls and preferences without effect, since they name nothing."""

    implicit: Implicit
    negative: Negative
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

    rebuilt_at: datetime | None
    """When the index will be built without this person, unless somebody does it before; null where there is no need,
    or nobody has been told to."""


class ItemsNaming(Answer):
    """Items of the catalogue that have the id as a value, such as their provider."""

    statement: str
    """By which rule they stay."""

    count: int

    item_ids: list[str]
    """The first ten of them."""


class ReturnReceipt(Answer):
    """What became of somebody's wish to be known again."""

    user_id: str

    was_erased: bool
    """Whether anything was still refused."""

    refused_before: datetime | None
    """What happened before is refused still; null where nothing is."""


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

    refused_until: datetime
    """Until when what arrives of the person is refused, unless they return before; known by a digest of the id."""

    items: ItemsNaming
    """Where the id stands outside of what is held of people."""

    aggregates: Aggregates
