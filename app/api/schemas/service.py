"""What the service says of itself."""

from __future__ import annotations

from datetime import datetime
from typing import Any, Literal

from pydantic import ConfigDict, Field

from app.api.schemas.base import Answer


class TriedVariant(Answer):
    """What some of the people of an experiment get."""

    name: str
    share: float

    policy: str | None
    """The policy that answers; null for the one in force."""

    personalized: bool


class TriedExperiment(Answer):
    """An experiment that runs. Who gets what is decided by chance, once."""

    name: str
    why: str
    started_at: datetime

    people: float
    """Share of all people who take part."""

    kind: Literal["split", "interleaved"]
    """`interleaved` where each answer is drafted from what both variants would give."""

    variants: list[TriedVariant]


class SwitchedOff(Answer):
    """That personalisation is off: for everybody, in a scenario, or for people with an attribute."""

    scope: Literal["all", "scenario", "segment"]
    scenario: str | None = None
    segment: str | None = None
    value: str | None = None
    since: datetime
    why: str


class Transparency(Answer):
    """What anyone may know of how answers are made: the charter, live weights and floors."""

    charter: dict[str, Any]
    """What is personalised, for which outcome, with which data, and how sensitive topics are treated."""

    data_used: list[dict[str, str]]
    """Which data, why, and how long it is kept."""

    user_controls: dict[str, str]
    """What a person can do, and how."""

    sensitive_topics: list[dict[str, str]]
    """Every sensitive topic, what it covers, its mode (`permission`, `recommend_only` or `free`), and what becomes of
    items that are only suspected to be on it."""

    half_lives: dict[str, float]
    """Days until each of these counts half."""

    ranking_weights: dict[str, float]
    """Weight of each term of the score."""

    floors: dict[str, float]
    """What every slate is held to."""

    events: dict[str, Any]
    """Weight and polarity of each event type, and the half-lives."""

    settings: dict[str, Any]
    """Every setting that bears on an answer."""

    configuration_hash: str
    """Digest of these settings."""

    policy: str | None
    """Weights, floors and index in force, as one: the id of a policy; null before there is an index."""

    experiments: list[TriedExperiment]
    """What is being tried: some people are answered by another policy, or without personalisation."""

    switched_off: list[SwitchedOff] = Field(default_factory=list)
    """Where the operator has switched personalisation off: answers there follow nothing of a person."""

    snapshot: str | None
    """The index in service; null before there is one."""

    space_id: str | None
    """Its vector space."""


class Alive(Answer):
    """The process answers."""

    status: Literal["alive"]


class LanguageReading(Answer):
    """How much the encoder reads of the items of one language."""

    items: int

    unread_items: int
    """Items of whose text it reads too little."""

    unread_share: float
    """Mean share of letters that its vocabulary lacks."""

    cut_share: float
    """Share of texts that are longer than what it reads."""


class AwaitingItem(Answer):
    """Events on items that the catalogue does not have: those that wait, and what became of others so far."""

    events: int

    people: int

    items: int

    since: str | None
    """When the oldest of them arrived."""

    adopted: int
    """Their item came: they count."""

    forgotten: int
    """Their item came, and their person had decided to forget them."""

    expired: int
    """Their item did not come in time (`ingest.awaiting.days`)."""

    refused: int
    """There were too many (`ingest.awaiting.per_person`, `ingest.awaiting.events`)."""


class AwaitedItem(Answer):
    """An item that the catalogue does not have."""

    item_id: str

    events: int
    """That wait for it."""

    people: int

    since: str
    """When the oldest of them arrived."""


class AwaitedItems(Answer):
    """Items that the catalogue does not have, those with most events first."""

    items: list[AwaitedItem]


class LastBackup(Answer):
    """What became of the last backup."""

    at: datetime
    ok: bool
    said: str
    """Where it is, or why there is none."""
    good_at: datetime | None
    """When the last good one was made."""


class Ready(Answer):
    """Requests can be answered."""

    model_config = ConfigDict(extra="allow")

    ready: bool

    state: Literal["ready", "degraded", "not_ready"] | None = None
    """`degraded` where requests are answered and something else is the matter, which `reasons` say."""

    reasons: list[str]
    """What is the matter; while another index still serves, this may say why a newer one was refused."""

    writes: Literal["taken", "failing"] | None = None
    """Whether anything can be stored: while it cannot, answers go on, and events and changes are answered with 503."""

    backup: LastBackup | None = None
    """The last backup that was tried; null where none was."""

    snapshot: str | None = None
    """The index that is served."""

    policy: str | None = None
    """The policy in force: weights, floors and this index."""

    items: int | None = None
    """Items of the catalogue."""

    people: int | None = None
    """People of whom anything is known."""

    events_sequence: int | None = None
    """Number of the last event that was learned from when this index was taken up."""

    vectors: Literal["content", "exact", "spectral"] | None = None
    """What item vectors carry: content alone, or behaviour too, and how that was learned."""

    recall_at_10: float | None = None
    """How much of an exact search the index finds."""

    unread_items: int | None = None
    """Items of the index whose text its encoder cannot read: they live by tags, behaviour and popularity."""

    reading: dict[str, LanguageReading] | None = None
    """What the encoder reads, by language; empty where it cannot tell."""

    set_aside: dict[str, int] | None = None
    """`people` and `events`: ids that act at a rate that no person has (`events.machine_events_per_day`), and what of
    theirs counts in no popularity and no item vectors."""

    undeclared_events: dict[str, int] | None = None
    """Events of types that no settings declare any more, when the service started: they are kept as the charter
    says, and nothing is learned from them."""

    awaiting_item: AwaitingItem | None = None
    """Events on items that the catalogue does not have; `GET /admin/awaited-items` names the items."""

    not_finite: dict[str, int] | None = None
    """Numbers that came out as no finite number since this index was taken up and were left out of scores, by term; any
    is a fault of Penchant."""

    access: Literal["keys", "this-machine-only"]
    """Who is served: those with a key or a token, or, while there are no keys, this machine only and without any."""
