"""What `/insights/policies/{policy_id}/estimate` answers. Null is what is not known."""

from __future__ import annotations

from datetime import datetime
from typing import Literal

from pydantic import Field

from app.api.schemas.base import Answer


class Estimated(Answer):
    """A value and its interval, which holds at 95 % for one look."""

    value: float | None
    interval: list[float | None]


class Weights(Estimated):
    """How much more often the policy draws what was drawn; they average 1 where the log has all that it would draw."""

    largest: float | None
    cap: float
    """Larger weights count as this: a little bias for much less variance."""
    capped: int
    """Answers whose weight is above it."""


class RewardEstimated(Answer):
    """One figure, by answer."""

    reward: str
    says: str
    """What is counted."""
    more_is_better: bool
    served: Estimated
    """By what was served."""
    ips: Estimated | None
    """Inverse propensity scores."""
    snips: Estimated | None
    """The same, divided by the sum of the weights."""
    doubly_robust: Estimated | None
    """A model's prediction, and the weighted rest."""
    difference: Estimated | None
    """The doubly robust estimate less what was served, over the same people."""
    verdict: Literal["higher", "lower", "not told apart", "too few answers"]


class Estimate(Answer):
    """What a policy that was not served would have earned."""

    policy: str
    from_: datetime = Field(alias="from")
    until: datetime
    days: int
    answers: int
    """Each the first that rests on a draw of its person's on a snapshot."""
    people: int
    effective_answers: float
    """How many equally weighted ones would vary as little."""
    weights: Weights
    warnings: list[str]
    rewards: list[RewardEstimated]
    left_out: dict[str, int]
    """Reason -> answers that tell nothing."""
    differing: dict[str, list[str]]
    """Policies that were served and differ in more than how they draw -> settings in which they do."""
    draws: dict[str, float]
    """The settings by which the policy draws."""
    draws_served: dict[str, dict[str, float]]
    """Those of the policies that were served."""
    scope: str
    """What such an estimate can say."""
