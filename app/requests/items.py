"""What can be asked of the catalogue: lists, names to choose from, items and their end."""

from __future__ import annotations

from typing import Annotated, Self

from pydantic import Field, model_validator

from app.requests.asked import (
    MAX_CURSOR,
    MAX_DELETED,
    Asked,
    Excluded,
    FilterText,
    ItemFields,
    Limit,
)
from indexer.fields import ExternalId


class ListRequest(Asked):
    """A list that is no one person's."""

    limit: Limit = 20
    """Items wanted."""

    user_id: ExternalId | None = None
    """On whose behalf: left out is what this person muted, spoke against, does not read, or did not permit."""

    exclude: Excluded = Field(default_factory=list)
    """Items to leave out, by id; ids that the catalogue does not know are allowed."""

    filter: FilterText | None = None
    """Which items may be in the list, such as `category = "shoes" and not sold_out`; absent, all."""

    segment: Annotated[str, Field(min_length=1, max_length=100)] | None = None
    """Of whom alone people are counted: an attribute of people that the charter declares under `segments`; absent, of
    everybody. Items of too few of them are left out."""

    value: Annotated[str, Field(min_length=1, max_length=256)] | None = None
    """Of that attribute, such as `de`."""

    hide_seen: bool = False
    """Whether items that this person has seen are left out."""

    fields: ItemFields = Field(default_factory=list)
    """What of each item is told besides its id and title."""

    @model_validator(mode="after")
    def _value_of_a_segment(self) -> Self:
        if (self.segment is None) != (self.value is None):
            raise ValueError("needs both segment and value, or neither")
        return self


class TogetherRequest(Asked):
    """What people who took an item took besides."""

    item_id: ExternalId
    """The item."""

    limit: Limit = 20
    """Items wanted."""

    user_id: ExternalId | None = None
    """On whose behalf: left out is what this person muted, spoke against, does not read, or did not permit."""

    exclude: Excluded = Field(default_factory=list)
    """Items to leave out, by id; ids that the catalogue does not know are allowed."""

    filter: FilterText | None = None
    """Which items may be in the list; absent, all."""

    fields: ItemFields = Field(default_factory=list)
    """What of each item is told besides its id and title."""


class SimilarPeopleRequest(Asked):
    """People like a person."""

    user_id: ExternalId
    """The person."""

    limit: Limit = 20
    """How many."""


class NamesRequest(Asked):
    """Tags or topics."""

    limit: Limit = 50
    """How many."""

    filter: FilterText | None = None
    """Which items count; absent, all."""


class ItemsRequest(Asked):
    """A part of the catalogue."""

    limit: Limit = 100
    """Items wanted."""

    filter: FilterText | None = None
    """Which items are listed; absent, all."""

    fields: ItemFields = Field(default_factory=list)
    """What of each item is told besides its id and title."""

    cursor: Annotated[str, Field(min_length=1, max_length=MAX_CURSOR)] | None = None
    """The `next_cursor` of an earlier part, under the same `filter`."""


class DeleteRequest(Asked):
    """Items that are to go: by their ids, or all that a filter asks for."""

    item_ids: Annotated[list[ExternalId], Field(min_length=1, max_length=MAX_DELETED)] | None = None
    """Their ids; those that the catalogue does not have are told."""

    filter: FilterText | None = None
    """Which items, such as `provider = "acme"`. Without `confirm` they are counted, and none is deleted."""

    confirm: Annotated[int, Field(ge=0)] | None = None
    """How many items the filter asks for, as they were counted: where it is another number by now, none is deleted."""

    @model_validator(mode="after")
    def _one_of_both(self) -> Self:
        if (self.item_ids is None) == (self.filter is None):
            raise ValueError("needs either item_ids or filter")
        if self.confirm is not None and self.filter is None:
            raise ValueError("has confirm, which goes with filter")
        return self
