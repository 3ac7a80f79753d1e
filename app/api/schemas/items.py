"""What `GET /items/{item_id}` answers."""

from __future__ import annotations

from typing import Literal

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
