"""What `/items` takes and answers besides rows."""

from __future__ import annotations

from datetime import datetime
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict

from app.api.schemas.base import Answer
from indexer.documents import ItemDocument


class TopicEvidence(Answer):
    """A sensitive topic of an item."""

    topic: str

    source: Literal["declared", "tag", "classifier", "review"]
    """What says so: the item itself, a tag of it, the classifier, or an operator who reviewed it."""

    consequence: Literal["withheld", "not learned from", "none", "reported", "cleared"]
    """`withheld` from who does not permit the topic; shown, but `not learned from`; `none`, since the charter leaves it
    free; only `reported`, and shown and learned from like any other item; or `cleared` by an operator."""

    score: float | None = None
    """Chance that it is on the topic as the classifier sees it; absent where it knows nothing of the topic."""

    resembles: str | None = None
    """The tag that says so, or the phrase of the taxonomy to which the item is nearest."""


class Sensitivity(Answer):
    """Which sensitive topics an item is on, says who, and what follows."""

    withheld: bool
    """Whether it is kept from people who permit nothing."""

    topics: list[TopicEvidence]


class Item(ItemDocument):
    """An item as it was given, and what follows from its sensitive topics."""

    sensitivity: Sensitivity
    """Not part of what is sent to `POST /items`."""


class ItemPatch(BaseModel):
    """Changes to an item, as a JSON merge patch (RFC 7396): what is absent stays, null takes away, lists are replaced.

    What comes of it has to be an item; the fields are those of `POST /items`.
    """

    model_config = ConfigDict(extra="forbid")

    title: str | None = None
    text: str | None = None
    tags: list[str] | None = None
    format: str | None = None
    language: str | None = None
    published_at: datetime | None = None
    expires_at: datetime | None = None
    url: str | None = None
    provider: str | None = None
    sensitive_topics: list[str] | None = None
    attributes: dict[str, Any] | None = None


class DeletionCounts(Answer):
    """How many items became what."""

    deleted: int
    unknown: int

    matching: int | None = None
    """Items that the filter asks for, where there was one."""


class Deletion(Answer):
    """What became of an id."""

    item_id: str
    status: Literal["deleted", "unknown"]


class Deletions(Answer):
    """What became of every id, in their order."""

    counts: DeletionCounts

    results: list[Deletion]
    """Empty where a filter said which."""

    examples: list[str] | None = None
    """Titles of some that a filter asks for and that were not deleted."""
