"""The answer to a request, as a value and as JSON-ready columns."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any, Final

from app.pipeline.reranker import FloorReceipt
from app.pipeline.withheld import Withheld

_BRIEFLY: Final = ("code", "share", "tag", "item_id", "title")
"""What a page tells of a reason besides the label, which is its words."""


@dataclass(frozen=True, slots=True)
class Part:
    """A part of an item's score and what it rests on.

    Attributes:
        kind: `event`, `other_events` (those that are not named), `stated_preference`, `recency` or `popularity`.
        part: in units of the score; negative where it lowers it.
        item_id: item of the event.
        title: its title.
        event: type of the event.
        occurred_at: when it happened, RFC 3339.
        events: how many events are summed up.
    """

    kind: str
    part: float
    item_id: str | None = None
    title: str | None = None
    event: str | None = None
    occurred_at: str | None = None
    events: int | None = None


@dataclass(frozen=True, slots=True)
class Attribution:
    """What an item's score consists of, counted twice: the terms sum to the score, and so does the evidence."""

    terms: dict[str, float]
    evidence: tuple[Part, ...]


@dataclass(frozen=True, slots=True)
class Reason:
    """Why an item stands in a slate.

    Attributes:
        code: `because_you`, `similar_to`, `stated_preference`, `session`, `history`, `fresh`, `popular` or `explore`.
        share: the evidence's part of the item's score, divided by the score; None where none is claimed.
        tag: tag of the item: that evidence and item have in common, that the person prefers, or, for exploration, what
            it is.
        item_id: item of the strongest event of the evidence.
        title: its title.
        event: type of that event.
        occurred_at: when it happened, RFC 3339.
        verb: what the person did with that item.
        different: of `explore`, whether the item is outside the interests and its tag, or all of its tags if none is
            named, neither stated by the person nor borne by what they liked.
        link: of `similar_to`, what links the item to the other: `content`, or only `behaviour`, what people did; None
            where they are not alike and nothing was learned of them.
        events: how many events the evidence has.
        evidence: the strongest of them.
    """

    code: str
    share: float | None = None
    tag: str | None = None
    item_id: str | None = None
    title: str | None = None
    event: str | None = None
    occurred_at: str | None = None
    verb: str | None = None
    different: bool | None = None
    link: str | None = None
    events: int | None = None
    evidence: tuple[Part, ...] | None = None


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
    attribution: Attribution | None = None
    document: dict[str, Any] | None = None
    promotion: str | None = None
    """`pinned` or `boosted`, where the placement puts the item forward."""


@dataclass(frozen=True, slots=True)
class StageTrace:
    """What one stage did: items in and out, and milliseconds. What a filter dropped is the difference."""

    stage: str
    n_in: int
    n_out: int
    ms: float


@dataclass(frozen=True, slots=True)
class Slate:
    """The ordered items of one answer, with the receipt of its floors.

    What is not `full` tells what a page shows, and of each item the one reason that its label rests on.
    """

    recommendation_id: str
    user_id: str
    personalized: bool
    snapshot: str
    policy: str
    items: tuple[SlateItem, ...]
    receipt: tuple[FloorReceipt, ...]
    trace: tuple[StageTrace, ...] | None
    withheld: tuple[Withheld, ...] = ()
    switched_off: str | None = None
    scenario: str | None = None
    next_cursor: str | None = None
    full: bool = True

    def payload(self) -> dict[str, Any]:
        """What the HTTP answer holds; absent parts are left out."""
        answer = _set_fields(self)
        if answer.pop("full"):
            answer["items"] = [_item_payload(item) for item in self.items]
        else:
            answer["items"] = [_brief_item(item) for item in self.items]
            answer["receipt"] = [_set_fields(floor) for floor in self.receipt]
        answer["withheld"] = [each.payload() for each in self.withheld]
        answer["next_cursor"] = self.next_cursor
        return answer


def _brief_item(item: SlateItem) -> dict[str, Any]:
    return {
        "item_id": item.item_id,
        "title": item.title,
        **(item.document or {}),
        "label": item.label,
        "reasons": [_told(reason, _BRIEFLY) for reason in item.reasons[:1]],
        "exploration": item.exploration,
        **({"promotion": item.promotion} if item.promotion else {}),
    }


def _item_payload(item: SlateItem) -> dict[str, Any]:
    fields = _set_fields(item)
    fields |= fields.pop("document", {})
    fields["reasons"] = [_with_evidence(reason) for reason in item.reasons]
    if item.attribution:
        fields["attribution"] = _with_evidence(item.attribution)
    return fields


def _with_evidence(value: Reason | Attribution) -> dict[str, Any]:
    fields = _set_fields(value)
    if value.evidence is not None:
        fields["evidence"] = [_set_fields(part) for part in value.evidence]
    return fields


def _set_fields(value: Slate | SlateItem | Reason | Attribution | Part | FloorReceipt) -> dict[str, Any]:
    return _told(value, value.__slots__)


def _told(value: object, names: Iterable[str]) -> dict[str, Any]:
    return {name: field for name in names if (field := getattr(value, name)) is not None}
