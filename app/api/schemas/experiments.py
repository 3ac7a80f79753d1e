"""What `/admin/experiments` and `/insights/experiments` answer. Null is what is not known yet."""

from __future__ import annotations

from datetime import datetime
from typing import Literal

from app.api.schemas.base import Answer


class VariantTold(Answer):
    """What some of the people get."""

    name: str
    share: float
    policy: str | None
    """Id of the policy that answers; null for the one in force."""
    personalized: bool
    """False for a holdout."""


class ExperimentTold(Answer):
    """An experiment."""

    name: str
    kind: Literal["split", "interleaved"]
    """`split`: each person gets one variant; `interleaved`: each answer is drafted from the slates of both."""
    variants: list[VariantTold]
    """The first one is the control."""
    people: float
    """Share of all people who take part."""
    best_at: float
    """Days of people at which intervals are narrowest."""
    why: str
    made_at: datetime
    made_by: str
    """Id of an operator's key; else `configuration` or `keyless`."""
    started_at: datetime | None
    stopped_at: datetime | None
    running: bool


class ExperimentList(Answer):
    """Every experiment, newest first."""

    experiments: list[ExperimentTold]


class SampleRatio(Answer):
    """Whether people fell to the variants as declared."""

    p: float
    """Chance that a look ever finds the counts so far from the shares, were all well."""
    mismatch: bool
    """If so, nothing below is to be believed: find out why first."""
    shares: dict[str, float]
    """As declared."""


class VariantCompared(Answer):
    """One measure of one variant; the control has its value only."""

    variant: str
    people: int
    """Who tell anything of the measure."""
    value: float | None
    lift: float | None = None
    """Value by that of the control, less 1."""
    lift_interval: list[float | None] | None = None
    difference: float | None = None
    difference_interval: list[float | None] | None = None
    p: float | None = None
    """Chance that a look ever finds such a lift where there is none."""
    says: Literal["higher", "lower", "not told apart", "too few people"] | None = None
    people_missing: int | None = None
    """With `too few people`: how many more of this variant it takes, at least, by what is known so far."""
    control_people_missing: int | None = None
    """The same of the control."""


class MeasureCompared(Answer):
    """One measure by variant."""

    measure: str
    says: str
    """What is divided by what."""
    more_is_better: bool
    primary: bool
    variants: list[VariantCompared]


class Preference(Answer):
    """From which of two interleaved policies people take up more; each person has one vote."""

    measure: Literal["engaged", "clicked"]
    says: str
    """What is credited to the policy that brought it."""
    primary: bool
    second: str
    """The variant whose share this is."""
    people: int
    """Who took up anything."""
    share: float | None
    """Mean over people of the second variant's share of what they took up; .5 where they prefer neither."""
    interval: list[float | None] | None
    p: float | None
    """Chance that a look ever finds such a share where they prefer neither."""
    verdict: str
    """`people prefer <variant>`, `not told apart` or `too few people`."""
    people_missing: int | None = None
    """With `too few people`: how many more it takes, at least, by what is known so far."""


class Comparison(Answer):
    """One look at an experiment; looking again costs nothing."""

    experiment: ExperimentTold
    until: datetime
    people: dict[str, int]
    """By variant; machines and who was given several are left out."""
    crossed: int
    """People who were given several variants; they are set aside."""
    crossed_by: dict[str, int]
    """Why: `ids_were_merged`, or `one_id`."""
    sample_ratio: SampleRatio | None
    """Null where slates are interleaved."""
    level: float
    """Of the intervals, over all looks together."""
    measures: list[MeasureCompared]
    items: dict[str, int] | None = None
    """Where slates are interleaved: items that each variant brought."""
    preferences: list[Preference] | None = None
    """Likewise."""


class PeopleNeeded(Answer):
    """One measure."""

    measure: str
    baseline: float | None
    people_now: int
    """Who told anything of it in the last days."""
    people_needed: dict[str, int]
    """Relative lift -> people of the control and the smallest variant together; empty where too little is known."""


class ExperimentPlan(Answer):
    """How many people an experiment needs."""

    experiment: str
    power: float
    """Chance of finding the lift, if it is there."""
    alpha: float
    """Chance of finding one that is not; with several variants each has its part."""
    days: int
    """Of the log that this rests on: as long as each person is followed."""
    measures: list[PeopleNeeded]
