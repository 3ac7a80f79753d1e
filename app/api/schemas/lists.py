"""What lists answer that are no one person's."""

from __future__ import annotations

from pydantic import Field

from app.api.schemas.base import Answer, HeldAnswer
from app.api.schemas.slate import ItemFields, Withheld


class ListedItem(ItemFields):
    """An item of a list."""

    item_id: str
    title: str

    rank: int = Field(ge=1)
    """Its place, from 1."""

    score: float
    """Of `/popular`, how many people engaged with it, as that fades; of `/trending`, by how many standard deviations it
    has more people than its past predicts."""

    people: int | None = None
    """Of `/trending`, who engaged with it in the last days; of a segment, who of it ever did."""


class ItemList(HeldAnswer):
    """Items, first first."""

    snapshot: str
    """The index that answered."""

    items: list[ListedItem]

    reason: str | None = None
    """Why there are fewer items than asked for; absent where there are as many."""

    withheld: list[Withheld]
    """What filters held back of the items that were looked at."""


class ItemTogether(ListedItem):
    """An item that people took who took another one."""

    share: float
    """Of the people who took the other, those who took this one too."""


class ItemsTogether(HeldAnswer):
    """Items that go with one, those that do most first: by `people / sqrt(a * b)`, of `a` and `b` who took either."""

    snapshot: str
    """The index that answered."""

    people: int | None = None
    """Who took the item that was named; absent of too few."""

    items: list[ItemTogether]

    reason: str | None = None
    """Why there are fewer items than asked for; absent where there are as many."""

    withheld: list[Withheld]
    """What filters held back of the items that were looked at."""


class SimilarPerson(Answer):
    """Somebody who took the same items."""

    user_id: str

    likeness: float
    """From 0 to 1: the cosine of what both took, rare items weighing more."""

    shared: int
    """Items that both took."""


class SimilarPeopleList(HeldAnswer):
    """People like a person."""

    user_id: str
    people: list[SimilarPerson]

    reason: str | None = None
    """Why there are fewer than asked for; absent where there are as many."""


class CatalogueItem(ItemFields):
    """An item of the catalogue."""

    item_id: str
    title: str


class CataloguePart(HeldAnswer):
    """A part of the catalogue."""

    snapshot: str
    """The index that answered."""

    count: int
    """Items in all parts."""

    items: list[CatalogueItem]

    next_cursor: str | None = None
    """Asks for the next part; absent at the end."""


class Tag(Answer):
    """A tag."""

    tag: str

    items: int
    """Items that bear it and may be shown to anybody."""

    people: int | None
    """Who engaged with such an item; null of too few."""

    examples: list[str]
    """Titles of some of them."""


class Tags(HeldAnswer):
    """Tags, those of most items first."""

    tags: list[Tag]


class Topic(Answer):
    """A topic."""

    topic: str
    """By which it is named in profiles and filters."""

    name: str
    """For people to read."""

    items: int
    """Items that are on it and may be shown to anybody."""

    people: int | None
    """Who engaged with such an item; null of too few."""

    examples: list[str]
    """Titles of some of them."""


class Topics(HeldAnswer):
    """Topics, those of most items first."""

    topics: list[Topic]
