"""What looking at one thing found, and how an alert stands."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Final

from pydantic import AwareDatetime

from app.alerts.settings import AlertName
from models.config import Config


@dataclass(frozen=True, slots=True)
class Finding:
    """What looking found.

    Attributes:
        name: of the alert.
        firing: whether it is as it should not be; None where too little is known to say.
        message: for an operator to read.
        value: what was measured, if it is a number.
        limit: what it is held to.
        began: when it began to be wrong, as far as that can be told; None where it is only known that it is.
    """

    name: AlertName
    firing: bool | None
    message: str
    value: float | None = None
    limit: float | None = None
    began: datetime | None = None


class State(StrEnum):
    """How an alert stands."""

    UNKNOWN = "unknown"
    OK = "ok"
    FIRING = "firing"


class Acknowledgement(Config):
    """That an operator has seen an alert."""

    at: AwareDatetime
    by: str
    """Id of the key; empty without keys."""
    why: str


class ActionRecord(Config):
    """What an alert did, or why it did not."""

    action: str
    at: AwareDatetime
    done: bool
    detail: str
    policy_before: str | None = None
    policy: str | None = None


class Standing(Config):
    """One alert, as it is kept."""

    name: AlertName
    state: State = State.UNKNOWN
    since: AwareDatetime | None = None
    """When it came into this state."""
    fired_at: AwareDatetime | None = None
    """When it last began to fire."""
    began: AwareDatetime | None = None
    """When what it fires for began, as far as that can be told."""
    resolved_at: AwareDatetime | None = None
    acknowledged: Acknowledgement | None = None
    action: ActionRecord | None = None
    """Of the present or last time that it fired."""
    value: float | None = None
    limit: float | None = None
    message: str = "Nothing was looked at yet."


NOTHING_KNOWN: Final = "too little is known yet"
