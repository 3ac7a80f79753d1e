"""What `/insights/alerts` answers."""

from __future__ import annotations

from datetime import datetime
from typing import Any, Literal

from app.alerts.settings import AlertName
from app.api.schemas.base import Answer


class AlertAcknowledgement(Answer):
    """That an operator has seen an alert."""

    at: datetime

    by: str
    """Id of the key; empty without keys."""

    why: str


class AlertAction(Answer):
    """What an alert did, or why it did not."""

    action: Literal["last_good_policy"]
    at: datetime
    done: bool
    detail: str
    policy_before: str | None
    policy: str | None


class Alert(Answer):
    """One thing that is watched."""

    name: AlertName

    state: Literal["unknown", "ok", "firing"]
    """`unknown` while too little is known to say."""

    since: datetime | None
    """When it came into this state."""

    fired_at: datetime | None
    """When it last began to fire."""

    began: datetime | None
    """When what it fires for began, as far as that can be told."""

    resolved_at: datetime | None
    acknowledged: AlertAcknowledgement | None

    action: AlertAction | None
    """What it did when it last fired."""

    value: float | None
    """What was measured last."""

    limit: float | None
    """What it is held to; of a figure by day, its own past."""

    message: str
    """The same in words."""

    acts: Literal["last_good_policy"] | None = None
    """What it does by itself when it fires."""


class RecallBucket(Answer):
    """Searches whose filters left a like share of the catalogue."""

    queries: int
    recall_at_10: float

    recall_at_k: float
    """Of as many as the search was asked for."""


class RecallTold(Answer):
    """How much of what exact search finds live searches found."""

    share: float
    """Of the searches, how many are sampled."""

    queries: int
    recall_at_10: float | None

    dropped: int
    """Samples for which there was no time."""

    by_allowed_share: dict[str, RecallBucket]
    """By the share of the catalogue that the filters left."""


class AlertList(Answer):
    """Everything that is watched, what fires first."""

    firing: list[AlertName]
    alerts: list[Alert]
    recall: RecallTold

    waiting_messages: int
    """For the webhook, not taken yet."""

    given_up_messages: int
    """For the webhook, not taken at any attempt."""

    history: list[dict[str, Any]]
    """What fired, was acknowledged, acted or was resolved, newest first."""
