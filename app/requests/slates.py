"""What can be asked for a person or like something: slates, pages of them, batches, neighbours."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Annotated, Any, Literal, Self

from pydantic import Field, model_validator

from app.requests.asked import (
    MAX_BATCH,
    MAX_CURSOR,
    MAX_EXCLUDED,
    MAX_PLACEMENTS,
    Asked,
    Circumstances,
    Excluded,
    FilterText,
    ItemFields,
    Limit,
    QueryText,
    SeenDays,
)
from indexer.fields import ExternalId, Name


class PlacementRequest(Asked):
    """A slate of a page."""

    @model_validator(mode="before")
    @classmethod
    def _without_nulls(cls, given: Any) -> Any:
        """In a body, null is the same as absent."""
        return {name: value for name, value in given.items() if value is not None} if isinstance(given, dict) else given

    limit: Limit = 20
    """Items wanted."""

    exclude: Excluded = Field(default_factory=list)
    """Items to leave out, by id; ids that the catalogue does not know are allowed."""

    filter: FilterText | None = None
    """Which items may be in the slate, such as `category = "shoes" and price < 50 and not sold_out`; absent, all."""

    scenario: Name | None = None
    """Where the slate is shown, such as home or newsletter; kept with the answer. Where settings declare scenarios, one
    of them, which decides what the request leaves open."""

    context: Circumstances = Field(default_factory=list)
    """Where and on what the slate is shown, as in `device:phone,page:home`: where no `scenario` is named, it is the
    first declared one whose `when` this meets. It is not kept."""

    hide_seen: bool | None = None
    """Whether items that the person has seen are left out; absent, as the scenario or the settings say."""

    seen_days: SeenDays = Field(default_factory=list)
    """For how long an item counts as seen after an event of a type, as in `click:3,complete:0`: 3 days, not at all;
    other types as the scenario or the settings say."""

    hide_own: bool | None = None
    """Whether items that the person provides or wrote are left out; absent, as the scenario or the settings say."""

    fields: ItemFields = Field(default_factory=list)
    """What of each item is told besides its id and title, `attributes` as a whole or one by one, as in
    `url,attributes.price`; what an item does not have is left out."""

    explain: Literal["label", "full"] = "label"
    """`label`: what a page shows, and of each item the one reason that its label rests on. `full`: every reason with
    its evidence, the account of each score, and which source brought the item."""


class RecommendRequest(PlacementRequest):
    """A slate for one person."""

    user_id: ExternalId
    """For whom; nothing need be known of them."""

    debug: bool = False
    """Whether the answer tells what every stage did, and each score's terms; it is explained in full, too."""

    cursor: Annotated[str, Field(min_length=1, max_length=MAX_CURSOR)] | None = None
    """The `next_cursor` of an earlier answer, to continue it, under the same `filter`, `scenario` and `hide_seen`."""

    @property
    def full(self) -> bool:
        """Whether everything is to be explained."""
        return self.debug or self.explain == "full"


class PageRequest(Asked):
    """Several slates for one page, in which no item stands twice."""

    user_id: ExternalId
    """For whom; nothing need be known of them."""

    placements: Annotated[list[PlacementRequest], Field(min_length=1, max_length=MAX_PLACEMENTS)]
    """The slates, in order: each leaves out what those before it show, and what says the same."""

    exclude: Excluded = Field(default_factory=list)
    """Items to leave out of all of them, by id."""

    def requests(self) -> list[RecommendRequest]:
        """One request for each."""
        return [
            RecommendRequest(
                user_id=self.user_id,
                **each.model_dump(exclude_unset=True, exclude={"exclude"}),
                exclude=[*self.exclude, *each.exclude][:MAX_EXCLUDED],
            )
            for each in self.placements
        ]


class BatchRequest(PlacementRequest):
    """A slate for each of many people."""

    user_ids: Annotated[list[ExternalId], Field(min_length=1, max_length=MAX_BATCH)]
    """For whom, in this order; nothing need be known of them."""

    def requests(self) -> Iterator[RecommendRequest]:
        """One request for each."""
        asked = self.model_dump(exclude_unset=True, exclude={"user_ids"})
        first = RecommendRequest(user_id=self.user_ids[0], **asked)
        return (first.model_copy(update={"user_id": user_id}) for user_id in self.user_ids)


class SimilarRequest(Asked):
    """The nearest neighbours of an item or of a text: exactly one of the two is given."""

    item_id: ExternalId | None = None
    """The item."""

    text: QueryText | None = None
    """The text: a title, a number or words, or what is wanted in natural language."""

    by: Literal["content", "behaviour", "both"] | None = None
    """How items are to be like `item_id`: in content, by what people did with them, or both, which is the default."""

    limit: Limit = 20
    """Items wanted."""

    user_id: ExternalId | None = None
    """On whose behalf: left out is what this person muted, spoke against, does not read, or did not permit."""

    exclude: Excluded = Field(default_factory=list)
    """Items to leave out, by id; ids that the catalogue does not know are allowed."""

    filter: FilterText | None = None
    """Which items may be in the answer, such as `category = "shoes" and price < 50 and not sold_out`; absent, all."""

    hide_seen: bool = False
    """Whether items that this person has seen are left out."""

    seen_days: SeenDays = Field(default_factory=list)
    """For how long an item counts as seen after an event of a type, as in `click:3,complete:0`: 3 days, not at all."""

    scenario: Name | None = None
    """Where the answer is shown; where settings declare scenarios, one of them, which decides what is left open."""

    fields: ItemFields = Field(default_factory=list)
    """What of each item is told besides its id and title, `attributes` as a whole or one by one, as in
    `url,attributes.price`; what an item does not have is left out."""

    @model_validator(mode="after")
    def _one_of_two(self) -> Self:
        if (self.item_id is None) == (self.text is None):
            raise ValueError("must have exactly one of item_id and text")
        if (self.hide_seen or self.seen_days) and self.user_id is None:
            name = "hide_seen" if self.hide_seen else "seen_days"
            raise ValueError(f"has {name}, which has no effect without user_id")
        if self.text is not None and self.by is not None:
            raise ValueError("by goes with item_id: a text is found by its words and by its meaning")
        return self
