"""What `/admin/webhooks` answers."""

from __future__ import annotations

from app.api.schemas.base import Answer
from app.webhooks.messages import MessageName


class WebhookTold(Answer):
    """How one webhook stands."""

    name: str

    messages: list[MessageName]
    """What it is told."""

    waiting: int
    """Messages that were not taken yet."""

    given_up: int
    """Messages that were not taken at any attempt, and are kept."""

    sent: int
    """Messages that were taken since the service started."""

    lost: int
    """Messages since then for which there was no room."""

    problem: str | None
    """What was wrong with the last attempt."""


class WebhookList(Answer):
    """Every webhook of the settings."""

    webhooks: list[WebhookTold]


class WebhookResent(Answer):
    """That what was given up is sent again."""

    messages: int
    """How many wait once more."""
