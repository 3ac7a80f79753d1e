"""What `/recommend` and `/similar` answer."""

from __future__ import annotations

from datetime import datetime
from typing import Literal

from pydantic import Field

from app.api.schemas.base import Answer


class Reason(Answer):
    """Why an item stands in a slate."""

    code: Literal["because_you", "similar_to", "stated_preference", "fresh", "popular", "explore"]

    share: float | None = None
    """What the evidence contributes to the item's score, divided by the score."""

    tag: str | None = None
    """Tag that evidence and item have in common."""

    item_id: str | None = None
    """Item of the evidence."""

    title: str | None = None
    """Its title."""

    event: str | None = None
    """Type of the evidence's event."""

    occurred_at: datetime | None = None
    """When that happened."""


class SlateItem(Answer):
    """A recommended item."""

    item_id: str
    title: str
    rank: int = Field(ge=1)
    score: float

    source: str
    """The stage that brought it."""

    label: str
    """Why it is here, for the person to read."""

    reasons: list[Reason]
    """Why it is here, with the evidence."""

    exploration: bool
    """Whether it lies outside the person's established interests."""

    sensitive: bool
    """Whether it is on a sensitive topic; true only where the person permits that topic."""

    terms: dict[str, float] | None = None
    """The score's terms, with `debug`."""


class FloorReceipt(Answer):
    """What was promised of the slate, and what was kept."""

    floor: Literal["exploration", "recency", "length", "topic_cap", "provider_cap"]

    required: int
    """Items promised; for a cap, items of one topic or provider at most."""

    achieved: int
    """Items in the slate; for a cap, of the topic or provider that has most."""

    reason: str | None
    """Why not, where the promise could not be kept."""

    window: int | None
    """Slots shown to the person, this slate included, over which the floor holds; null for this slate alone."""


class StageTrace(Answer):
    """What a stage of the query did."""

    stage: str

    n_in: int
    """Items that it was given."""

    n_out: int
    """Items that it left; what a filter dropped is the difference."""

    ms: float
    """Milliseconds."""


class Slate(Answer):
    """The recommended items, in order."""

    recommendation_id: str
    """Names this answer; echo it in events."""

    user_id: str

    personalized: bool
    """Whether anything was known of the person that the slate could follow."""

    snapshot: str
    """The index that answered."""

    items: list[SlateItem]
    receipt: list[FloorReceipt]

    trace: list[StageTrace] | None = None
    """With `debug`: what every stage did."""

    next_cursor: str | None
    """Continues this slate; null where it cannot be continued."""


class SimilarItem(Answer):
    """A nearest neighbour."""

    item_id: str
    title: str
    rank: int = Field(ge=1)
    score: float

    label: str
    """What they have in common, for a person to read."""


class SimilarItems(Answer):
    """The nearest neighbours, nearest first."""

    snapshot: str
    """The index that answered."""

    items: list[SimilarItem]
