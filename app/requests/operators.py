"""What operators ask for: figures, experiments, policies, trials and switches."""

from __future__ import annotations

from datetime import date
from typing import Annotated, Any, Literal, Self

from pydantic import BeforeValidator, Field, model_validator

from app.insights.experiments.experiment import Name as ExperimentName
from app.insights.experiments.experiment import Plan
from app.requests.asked import (
    MAX_ALTERNATIVES,
    MAX_REASON,
    MAX_TRIED,
    Asked,
    Limit,
    Reason,
)
from app.requests.slates import PlacementRequest, RecommendRequest
from indexer.fields import ExternalId, Name


class ExperimentRequest(Plan):
    """An experiment: variants that name policies, the first of which is the control."""

    name: ExperimentName
    """By which it is known from now on."""

    start: bool = True
    """Whether people are assigned at once."""


class AuditRequest(Asked):
    """Which quarter is to be audited."""

    quarter: Annotated[str, Field(pattern=r"^[12]\d{3}Q[1-4]$")]
    """Such as 2026Q4, in UTC. One that is not over is audited up to now."""


def _day(value: object) -> object:
    """A query string holds days as text."""
    if not isinstance(value, str):
        return value
    try:
        return date.fromisoformat(value)
    except ValueError as error:
        raise ValueError("must be a day such as 2026-03-01") from error


Day = Annotated[date, BeforeValidator(_day)]


class MetricsRequest(Asked):
    """A report of the metrics."""

    from_: Day | None = Field(default=None, alias="from")
    """First day, of UTC; absent, 27 days before the last."""

    to: Day | None = None
    """Last day, included; absent, today."""

    by: Name = "all"
    """Told apart by `day`, `scenario`, `snapshot`, `policy`, `personalized`, `variant`, `segment:<name>` for a segment
    of the charter, or `context:<name>` for what events say of their circumstances; `all` for one figure each."""

    format: Literal["json", "csv"] = "json"
    """In which form."""


def _number(value: Any) -> Any:
    """A text of a query as the number that it writes; what writes none is for the model to refuse."""
    try:
        return float(value) if isinstance(value, str) else value
    except ValueError:
        return value


Lift = Annotated[float, Field(gt=0, le=10, allow_inf_nan=False), BeforeValidator(_number)]


class PlanRequest(Asked):
    """How many people an experiment needs."""

    lift: list[Lift] = Field(default_factory=list, max_length=10)
    """Relative changes that are to be found, such as 0.05; none named: 0.01 to 0.2."""

    power: Annotated[float, BeforeValidator(_number)] = Field(default=0.8, gt=0.5, lt=1)
    """Chance of finding a change that is there."""

    alpha: Annotated[float, BeforeValidator(_number)] = Field(default=0.05, gt=0, lt=0.5)
    """Chance of finding one that is not."""


class EstimateRequest(Asked):
    """An estimate from the log."""

    days: int = Field(default=28, ge=1, le=400)
    """Days of the log, until now."""


class PolicyRequest(Asked):
    """A policy like the one in force, with other settings in some places."""

    overrides: dict[str, Any]
    """Settings of the query that are to differ, nested as in the configuration: `{"weights": {"recency": 0.2}}`."""

    why: Reason
    """For what; it is kept with the policy."""

    snapshot: Name | None = None
    """Snapshot on which it rests; absent, the one in service."""


class InspectionRequest(PlacementRequest):
    """One person's slate stage by stage, as in force and by other settings; it is served to nobody."""

    user_id: ExternalId
    """Whose; nothing need be known of them."""

    alternatives: Annotated[list[dict[str, Any]], Field(max_length=MAX_ALTERNATIVES)] = Field(default_factory=list)
    """Settings of the query that are to differ, one object for each further slate, nested as in the configuration:
    `[{"weights": {"recency": 0.2}}]`."""

    def asked(self) -> RecommendRequest:
        """The slate, with everything that can be told of it."""
        given = self.model_dump(exclude_unset=True, exclude={"alternatives", "explain"})
        return RecommendRequest(**given, debug=True)


class TrialRequest(Asked):
    """What other settings would do to the slates of some people; these are served to nobody."""

    overrides: dict[str, Any]
    """Settings of the query that are to differ, nested as in the configuration: `{"weights": {"recency": 0.2}}`."""

    people: Annotated[int, Field(ge=1, le=MAX_TRIED)] = 100
    """How many people are looked at, drawn by chance among those who did anything."""

    limit: Limit = 20
    """Items of each slate."""

    scenario: Name | None = None
    """Where the slates would be shown; absent, nowhere in particular."""

    seed: Annotated[int, Field(ge=0, le=2**32 - 1)] = 0
    """Of the draw: the same seed draws the same people."""


class ActivationRequest(Asked):
    """Why a policy or a snapshot is put in force."""

    why: Reason = "asked for by an operator"
    """For the record; nothing personal."""


class SwitchedRequest(Asked):
    """For whom, or where, the operator switches personalisation off: everybody and everywhere if nothing is named."""

    scenario: Name | None = None
    """In this placement."""

    segment: Name | None = None
    """For people with this attribute, which the charter declares."""

    value: Annotated[str, Field(min_length=1, max_length=MAX_REASON)] | None = None
    """Of that attribute; numbers and truth values as JSON writes them."""

    @model_validator(mode="after")
    def _one_of_them(self) -> Self:
        if (self.segment is None) != (self.value is None):
            raise ValueError("segment and value go together")
        if self.segment is not None and self.scenario is not None:
            raise ValueError("must name a scenario or a segment, and not both")
        return self


class SwitchRequest(SwitchedRequest):
    """The same, and why."""

    why: Reason = "asked for by an operator"
    """For the record, and shown to everybody at `GET /transparency`; nothing personal."""


class AcknowledgementRequest(Asked):
    """What an operator says of an alert."""

    why: Reason = "seen"
    """For the record; nothing personal."""
