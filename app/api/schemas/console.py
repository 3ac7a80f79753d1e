"""What operators look at and try."""

from __future__ import annotations

from datetime import datetime
from typing import Literal

from app.api.schemas.base import Answer
from app.api.schemas.policies import SettingChange
from app.api.schemas.slate import Slate


class NamedItem(Answer):
    """An item, by its names."""

    item_id: str
    title: str


class Dropped(Answer):
    """What one filter held back."""

    filter: str

    count: int
    """Each item counts under the first filter that holds it back; of candidates, as in the trace."""

    items: list[NamedItem]
    """Some of them."""


class InspectedSlate(Answer):
    """A slate, stage by stage."""

    changes: dict[str, SettingChange]
    """Settings that differ from those in force, by their dotted names."""

    slate: Slate
    """With its trace, as `debug` tells it."""

    topics: list[str]
    """The topic of each item of the slate, in its order."""

    dropped: list[Dropped]
    """By which filter, of the candidates."""

    passed_over: list[Dropped]
    """Items that sources did not look for, since a filter would have dropped them: seen, dismissed, muted, excluded."""

    next: list[NamedItem]
    """Candidates that no filter dropped and that the slate had no room for, best first."""


class Inspection(Answer):
    """One person's slate, by the settings in force and by others."""

    user_id: str

    policy: str
    """The policy in force."""

    slates: list[InspectedSlate]
    """As it would be answered now, then by each of the other settings."""


class Measure(Answer):
    """A mean over people."""

    name: Literal["topics", "exploration", "recency", "diversity", "popularity", "held_out_recall"]
    """Topics of a slate; shares of it that are exploration and recent; mean distance of its items; mean share of people
    who took them up lately; share that is found of what people took up last."""

    people: int
    """Of whom it is known."""

    before: float | None
    after: float | None

    low: float | None
    """Lower end of the 95 % interval of the difference, over people."""

    high: float | None
    """Its upper end."""


class TopicChange(Answer):
    """Slots of a topic in all slates together."""

    topic: str
    name: str
    before: int
    after: int


class ChangedPerson(Answer):
    """Somebody whose slate changed."""

    user_id: str

    kept: float
    """Share of the items that stand in both slates."""


class Trial(Answer):
    """What settings would do to the slates of some people."""

    policy: str
    """The policy in force."""

    changes: dict[str, SettingChange]
    """Settings that differ from it, by their dotted names."""

    snapshot: str

    people: int
    """How many people were looked at."""

    limit: int
    """Items of each slate."""

    slates_changed: int
    """Of how many people the slate is another, in items or in their order."""

    items_kept: float | None
    """Mean share of a slate's items that stand in the other, too; null of nobody."""

    measures: list[Measure]

    items_shown: list[int]
    """Different items in all slates together, before and after."""

    promises_missed: list[int]
    """Floors and caps that slates could not keep, before and after."""

    topics: list[TopicChange]
    """Those that gained or lost most."""

    most_changed: list[ChangedPerson]
    """Those whose slates changed most."""


class MappedTopic(Answer):
    """A topic on the map."""

    topic: str
    """Its slug."""

    name: str
    """Empty where nothing names it."""

    items: int

    x: float
    """Between -1 and 1; near is alike."""

    y: float

    examples: list[str]
    """Titles of some of its items."""

    slots: int
    """How often items of it stood in answers lately."""

    people: int
    """To how many people."""


class CatalogueMap(Answer):
    """The topics in the plane, fixed by the snapshot."""

    snapshot: str

    days: int
    """For how many days slots and people are counted."""

    logged: bool
    """Whether answers are logged at all; if not, nothing is known of exposure."""

    other_slots: int
    """Slots of topics that this snapshot does not have."""

    topics: list[MappedTopic]


class RowCount(Answer):
    """Rows that came, and that were rejected."""

    rows: int
    rejected: int


class RowRefusal(Answer):
    """One reason."""

    kind: Literal["items", "events"]
    status: Literal["rejected", "conflict", "ignored"]

    field: str
    """Path of the field, `*` for a place in a list; empty for the row as a whole."""

    message: str

    rows: int
    """For this reason since the service started."""

    last_at: datetime

    last_row: int
    """Number of the last such row in its body."""


class RejectedRows(Answer):
    """How many rows were rejected, and why."""

    day: RowCount
    """Of the last 24 hours."""

    before: RowCount
    """Of the 28 days before."""

    reasons: list[RowRefusal]
