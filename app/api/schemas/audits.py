"""What `/insights/audits` answers. Null is what is not known, or not told since too few people stand behind it."""

from __future__ import annotations

from datetime import datetime
from typing import Literal

from pydantic import Field

from app.api.schemas.base import Answer

Verdict = Literal["met", "missed", "unclear", "unknown"]
Interval = tuple[float | None, float | None]


class AuditVerdict(Answer):
    """One verdict, with what it is about."""

    attribute: str
    """Attribute of people, or kind of group of items."""

    measure: str
    group: str
    ratio: float | None
    verdict: Verdict


class AuditInShort(Answer):
    """One audit in a list."""

    audit_id: str
    quarter: str
    from_: datetime = Field(alias="from")
    until: datetime

    inputs_sha256: str
    """Of all that the report rests on; equal inputs give equal bytes."""

    verdicts: dict[Verdict, int]
    """How many of each."""

    missed: list[AuditVerdict]
    made_at: datetime


class AuditList(Answer):
    """Every audit in short."""

    audits: list[AuditInShort]


class AuditGroup(Answer):
    """A group of people that is told of."""

    group: str
    people: int


class AuditCell(Answer):
    """One measure of one group; without `value` where too few of its people tell anything of it."""

    group: str

    people: int | None
    """Who tell something of the measure."""

    value: float | None = None

    interval: Interval | None = None
    """Of the value, by the bootstrap over people."""

    ratio: float | None = None
    """The group's value by that of all other groups together."""

    ratio_interval: Interval | None = None

    verdict: Verdict | None
    """Null where the charter sets no threshold."""


class AuditMeasure(Answer):
    """One measure by group."""

    measure: str
    title: str

    says: str
    """What is divided by what."""

    more_is_better: bool

    threshold: float | None
    """How many times as well as all others each group is to fare at least."""

    least_by_most: float | None
    """The lowest value of a group by the highest."""

    groups: list[AuditCell]


class AuditAttribute(Answer):
    """People by one attribute."""

    attribute: str

    why: str
    """As the charter says."""

    groups: list[AuditGroup]

    suppressed_groups: int
    """Groups that are not told of, so that nothing can be learned of fewer people than the minimum."""

    measures: list[AuditMeasure]


class AuditItemGroup(Answer):
    """A group of items: attention that answers gave it, and what people took up."""

    group: str

    exposure: float | None
    """Share of the attention, by position; every person has one vote."""

    exposure_interval: Interval

    merit: float | None
    """Share of what people took up, however they came to it."""

    ratio: float | None
    """Exposure by merit."""

    ratio_interval: Interval
    verdict: Verdict | None


class AuditItems(Answer):
    """Items by one kind of group."""

    kind: str
    threshold: float | None
    groups: list[AuditItemGroup]


class AuditExperiment(Answer):
    """An experiment that ran in the quarter, and so has a part in its figures."""

    experiment: str
    kind: Literal["split", "interleaved"]
    why: str
    from_: datetime = Field(alias="from")

    until: datetime | None
    """When it was stopped; null where that was not within the quarter."""

    people: float
    """Share of all people who took part."""

    held_out: float
    """Share of all people who were not personalised for: it lowers recall on held-out events in every group."""


class Audit(Answer):
    """An equity audit."""

    audit_id: str
    format: int
    quarter: str
    from_: datetime = Field(alias="from")
    until: datetime

    inputs_sha256: str
    """Of all that the report rests on; equal inputs give equal bytes."""

    minimum_group: int
    """People of the smallest group that is told of."""

    level: float
    """Of the intervals."""

    comparisons: int
    """Ratios that are judged; `missed` holds for all of them together."""

    resamples: int
    seed: int
    held_out_people: int
    held_out_slots: int
    experiments: list[AuditExperiment]
    attributes: list[AuditAttribute]
    items: list[AuditItems]
    verdicts: dict[Verdict, int]
    missed: list[AuditVerdict]
