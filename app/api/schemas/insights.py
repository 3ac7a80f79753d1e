"""How the service does."""

from __future__ import annotations

from datetime import date

from pydantic import Field

from app.api.schemas.base import Answer


class Figure(Answer):
    """One metric in one bucket."""

    metric: str
    """Its name, as in docs/guides/metrics.md."""

    bucket: str
    """Of the dimension that was asked for; `all` without one."""

    value: float | None

    numerator: float | None
    """What the value is a share of, where it is one; else null."""

    denominator: float | None
    """Of how many: slots, answers or people, as the formula says."""

    people: int
    """Over how many people."""


class SetAside(Answer):
    """What counts in no figure."""

    machines: int
    """People who sent more events on a day than a person does."""

    answers: int
    """Answers to them."""


class MetricsReport(Answer):
    """Every metric of a period."""

    from_: date = Field(alias="from")
    """First day, of UTC."""

    to: date
    """Last day, included."""

    by: str
    """The dimension of the buckets."""

    attribution_hours: float
    """After an answer, in which what people do with it counts."""

    metrics: list[Figure]
    set_aside: SetAside

    unattributed_events: int
    """Events of the period that name no answer, and so count in no rate."""

    withheld_buckets: int
    """Segments of too few people to be told of."""
