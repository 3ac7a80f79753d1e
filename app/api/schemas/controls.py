"""What the further controls of a person answer."""

from __future__ import annotations

from datetime import datetime
from typing import Any, Literal

from pydantic import Field

from app.api.schemas.base import Answer
from app.api.schemas.person import Profile
from app.api.schemas.slate import Slate


class PersonalizationReceipt(Answer):
    """How a person's switch stands."""

    user_id: str
    personalization: bool

    history: Literal["keep", "forget"]
    """What became of what was learned before."""

    keep_seen: bool
    """Whether items that they have seen stay out of their slates."""


class ClusterPart(Answer):
    """A part of a subject."""

    items: int

    tags: list[str]
    """That most of them bear, and few others."""


class SubjectPart(Answer):
    """What a topic comprises."""

    statement: str
    """In a sentence, for people."""

    items: int

    clusters: list[ClusterPart]
    """The groups of like items that the build found to be one subject, those with most items first."""


class InterestReceipt(Answer):
    """What became of a wish about a topic."""

    user_id: str
    topic: str

    wish: Literal["more", "less", "mute"] | None
    """Null where the topic was removed."""

    comprises: SubjectPart
    """What the wish is about: the whole subject."""

    preview: bool
    """Whether nothing was changed."""

    before: Slate | None
    """In a preview, the slate as things stand."""

    after: Slate | None
    """In a preview, the slate that would come of it."""


class MergeReceipt(Answer):
    """What a merge did."""

    user_id: str
    source: str = Field(alias="from")

    merged: bool
    """False where it had been done before."""


class ControlAction(Answer):
    """One decision about a person's data."""

    action: str
    at: datetime

    key_id: str | None
    """Id of the key that it was made with."""

    detail: dict[str, Any]


class Controls(Answer):
    """The history of what was decided about a person's data."""

    user_id: str
    actions: list[ControlAction]


class Exported(Answer):
    """Everything held of a person; each list as rows of the file of the same name in the zip archive."""

    user_id: str
    profile: Profile

    users: list[dict[str, Any]]
    """What they state, as in a users file; at most one row."""

    events: list[dict[str, Any]]
    """Events that count, as in an events file."""

    awaiting: list[dict[str, Any]]
    """Events on items that the catalogue does not have yet."""

    forgotten: list[dict[str, Any]]
    """Events that were forgotten and will be deleted."""

    seen: list[dict[str, Any]]
    """Items known as seen without an event."""

    controls: list[ControlAction]
    forgettings: list[dict[str, Any]]

    aliases: list[dict[str, Any]]
    """Ids that were merged into this one."""

    slates: list[dict[str, Any]]
    """Answers that can still be continued."""

    audit: list[dict[str, Any]]
    """What operators and services did with the person's data, and when."""

    served: list[dict[str, Any]]
    """What was recommended, answer by answer."""
