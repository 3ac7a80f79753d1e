"""The answer to a request, as a value and as JSON-ready columns."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from app.pipeline.reranker import FloorReceipt


@dataclass(frozen=True, slots=True)
class Reason:
    """Why an item stands in a slate.

    Attributes:
        code: `because_you`, `similar_to`, `stated_preference`, `fresh`, `popular` or `explore`.
        share: the evidence's contribution divided by the item's score; None where none is claimed.
        tag: tag that evidence and item have in common.
        item_id: item of the evidence.
        title: its title.
        event: type of the evidence's event.
        occurred_at: when it happened, RFC 3339.
    """

    code: str
    share: float | None = None
    tag: str | None = None
    item_id: str | None = None
    title: str | None = None
    event: str | None = None
    occurred_at: str | None = None


@dataclass(frozen=True, slots=True)
class SlateItem:
    """One item of an answer."""

    item_id: str
    title: str
    rank: int
    score: float
    source: str
    label: str
    reasons: tuple[Reason, ...]
    exploration: bool
    sensitive: bool
    terms: dict[str, float] | None


@dataclass(frozen=True, slots=True)
class StageTrace:
    """What one stage did: items in and out, and milliseconds. What a filter dropped is the difference."""

    stage: str
    n_in: int
    n_out: int
    ms: float


@dataclass(frozen=True, slots=True)
class Slate:
    """The ordered items of one answer, with the receipt of its floors."""

    recommendation_id: str
    user_id: str
    personalized: bool
    snapshot: str
    items: tuple[SlateItem, ...]
    receipt: tuple[FloorReceipt, ...]
    trace: tuple[StageTrace, ...] | None
    next_cursor: str | None = None

    def payload(self) -> dict[str, Any]:
        """What the HTTP answer holds; absent parts are left out."""
        answer = _set_fields(self)
        answer["items"] = [_item_payload(item) for item in self.items]
        answer["next_cursor"] = self.next_cursor
        return answer


def _item_payload(item: SlateItem) -> dict[str, Any]:
    fields = _set_fields(item)
    fields["reasons"] = [_set_fields(reason) for reason in item.reasons]
    return fields


def _set_fields(value: Slate | SlateItem | Reason) -> dict[str, Any]:
    return {name: field for name in value.__slots__ if (field := getattr(value, name)) is not None}
