"""What `/recommend` and `/similar` answer."""

from __future__ import annotations

from datetime import datetime
from typing import Any, Literal

from pydantic import Field

from app.api.schemas.base import Answer, HeldAnswer


class Part(Answer):
    """A part of an item's score, and what it rests on."""

    kind: Literal["event", "other_events", "stated_preference", "recency", "popularity"]

    part: float
    """In units of the score; negative where it lowers it."""

    item_id: str | None = None
    """Item of the event."""

    title: str | None = None
    """Its title."""

    event: str | None = None
    """Type of the event."""

    occurred_at: datetime | None = None
    """When it happened."""

    events: int | None = None
    """How many events are summed up."""


class Attribution(Answer):
    """What an item's score consists of, counted twice."""

    terms: dict[str, float]
    """By term of the score; they sum to the score."""

    evidence: list[Part]
    """By what it rests on; these sum to the score as well. With `debug` every event is named."""


class Reason(Answer):
    """Why an item stands in a slate."""

    code: Literal["because_you", "similar_to", "stated_preference", "session", "history", "fresh", "popular", "explore"]

    share: float | None = None
    """The evidence's part of the item's score, divided by the score."""

    tag: str | None = None
    """Tag that the item bears: shared with the evidence, preferred by the person, or, for exploration, what it is."""

    item_id: str | None = None
    """Item of the strongest event of the evidence."""

    title: str | None = None
    """Its title."""

    event: str | None = None
    """Type of that event."""

    occurred_at: datetime | None = None
    """When that happened."""

    verb: str | None = None
    """What the person did with that item."""

    different: bool | None = None
    """Of `explore`: whether the item is of a kind that the person neither stated nor liked; else it is there for
    variety."""

    link: Literal["content", "behaviour"] | None = None
    """Of `similar_to`: whether the items are alike, or linked only by what people did; null, or `behaviour`, and they
    are not called similar."""

    events: int | None = None
    """How many events the evidence has."""

    evidence: list[Part] | None = None
    """The strongest of them."""


class ItemFields(Answer):
    """What is told of an item where the request's `fields` asks for it, and the item has it."""

    text: str | None = None
    tags: list[str] | None = None
    format: str | None = None
    language: str | None = None
    published_at: datetime | None = None
    expires_at: datetime | None = None
    url: str | None = None
    provider: str | None = None
    attributes: dict[str, Any] | None = None


class SlateItem(ItemFields):
    """A recommended item."""

    item_id: str
    title: str

    rank: int | None = Field(default=None, ge=1)
    """Its place, from 1; with `explain=full`, like all that is null here."""

    score: float | None = None

    source: str | None = None
    """The stage that brought it."""

    label: str
    """Why it is here, for the person to read."""

    reasons: list[Reason]
    """Why it is here: what the label rests on, and with `explain=full` all else that is true, with the evidence."""

    exploration: bool
    """Whether it lies outside what is the person's own: their interests, leading tags and statements."""

    sensitive: bool | None = None
    """Whether it is on a sensitive topic that the charter does not leave free: the person permits that topic, or items
    on it are recommended to everybody and nothing is learned from them."""

    terms: dict[str, float] | None = None
    """The score's terms, with `debug`."""

    attribution: Attribution | None = None
    """What the score consists of, exactly."""

    promotion: Literal["pinned", "boosted"] | None = None
    """Whether the scenario puts the item forward: `pinned` to its place, or `boosted` in score. The label says so."""


class FloorReceipt(Answer):
    """What was promised of the slate, and what was kept."""

    floor: Literal["exploration", "recency", "length", "topic_cap", "provider_cap", "distance"]

    required: int
    """Items promised; for a cap, items of one topic or provider at most."""

    achieved: int
    """Items in the slate; for a cap, of the topic or provider that has most; for distance, unlike all before them."""

    reason: str | None = None
    """Why not, where the promise could not be kept."""

    window: int | None = None
    """Slots shown to the person, this slate included, over which the floor holds; null for this slate alone."""


class Withheld(Answer):
    """What one filter held back."""

    filter: str
    """Its name, such as seen, muted, language or sensitive."""

    count: int
    """Items; each counts once, under the first filter that holds it back."""

    detail: dict[str, int] | None = None
    """The same by sensitive topic or by language; an item on two topics counts under both."""


class StageTrace(Answer):
    """What a stage of the query did."""

    stage: str

    n_in: int
    """Items that it was given."""

    n_out: int
    """Items that it left; what a filter dropped is the difference."""

    ms: float
    """Milliseconds."""


class Slate(HeldAnswer):
    """The recommended items, in order."""

    recommendation_id: str
    """Names this answer; echo it in events."""

    user_id: str

    personalized: bool
    """Whether anything was known of the person that the slate could follow."""

    switched_off: Literal["all", "scenario", "segment"] | None = None
    """For whom, or where, the operator has switched personalisation off, if that is why the slate follows nothing."""

    snapshot: str
    """The index that answered."""

    policy: str
    """Weights, floors and index by which it was made: the id of a policy."""

    items: list[SlateItem]
    receipt: list[FloorReceipt]

    withheld: list[Withheld]
    """What filters held back: of the whole catalogue where the slate is shorter than asked, and else of the candidates
    and of what was not looked for because the person had seen it, spoken against it, muted or excluded it."""

    trace: list[StageTrace] | None = None
    """With `debug`: what every stage did."""

    scenario: str | None = None
    """The request's, if it had one."""

    next_cursor: str | None
    """Continues this slate; null where it cannot be continued."""


class Page(HeldAnswer):
    """The slates of one page, in the order of its placements."""

    user_id: str
    slates: list[Slate]


class SimilarItem(ItemFields):
    """A nearest neighbour."""

    item_id: str
    title: str
    rank: int = Field(ge=1)

    score: float
    """Orders the answer: no measure of likeness, and not comparable between answers."""

    likeness: float
    """Cosine of the content vectors of item and query."""

    match: Literal["title", "words", "meaning", "content", "behaviour"] | None
    """In what way: a text is the `title` or within it, has `words` in common, or `meaning`; an item is alike in
    `content`, or by `behaviour` alone; null where it is only the nearest there is."""

    label: str
    """What they have in common, for a person to read."""


class SimilarItems(HeldAnswer):
    """The nearest neighbours, nearest first."""

    snapshot: str
    """The index that answered."""

    policy: str
    """Weights, floors and index by which it was made: the id of a policy."""

    near: bool
    """Whether anything is near. Where nothing is, a text is answered with no items, and an item with its nearest."""

    items: list[SimilarItem]

    reason: str | None = None
    """Why there are fewer items than asked for; absent where there are as many."""

    withheld: list[Withheld]
    """What filters held back of the neighbours that were looked at."""
