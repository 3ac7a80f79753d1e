"""Values: how much of its weight an event has, and whether it speaks for its item or against it, by its value.

A value is declared by its kind:

    portion   0 to 1                     share = value
    percent   0 to 100                   share = value / 100
    amount    0 to `full`                share = value / full; without `full` it does not weigh
    seconds   time spent with the item   share by what the item takes, see models/dwell.py
    rating    `lowest` to `highest`      for:     share = (value - neutral) / (highest - neutral)
                                         against: share = (neutral - value) / (neutral - lowest)

Shares lie within 0 and 1, and an event without a value has its whole weight. A rating below `neutral` is negative
evidence, and one at it none. So the share is a straight line between two ends, and which line it is follows from the
event's type and side: a `Side` of a type has a code of its own where events are computed with.
"""

from __future__ import annotations

from enum import IntEnum, StrEnum
from typing import Final, Self

from pydantic import Field, model_validator

from models.config import Config

PERCENT: Final = 100.0


class ValueKind(StrEnum):
    """What an event's value is."""

    NONE = "none"
    PORTION = "portion"
    PERCENT = "percent"
    AMOUNT = "amount"
    SECONDS = "seconds"
    RATING = "rating"


class Side(IntEnum):
    """What a value makes of its event: what the type says, the opposite, or neither."""

    AS_TYPE = 0
    AGAINST = 1
    NEITHER = 2


class EventValue(Config):
    """What the value of an event type is."""

    kind: ValueKind = ValueKind.NONE
    """`none`: it is kept and does not weigh."""

    lowest: float = Field(default=1.0, allow_inf_nan=False)
    """Of a rating, the worst."""

    highest: float = Field(default=5.0, allow_inf_nan=False)
    """Of a rating, the best."""

    neutral: float | None = Field(default=None, allow_inf_nan=False)
    """Of a rating, what says nothing; absent, the middle."""

    full: float | None = Field(default=None, gt=0, allow_inf_nan=False)
    """Of an amount, from which on it has its whole weight."""

    required: bool = False
    """Whether an event without a value is refused."""

    @model_validator(mode="after")
    def _in_order(self) -> Self:
        if self.kind is ValueKind.RATING and not self.lowest < self.middle < self.highest:
            raise ValueError("needs lowest < neutral < highest")
        return self

    @property
    def middle(self) -> float:
        """Of a rating, what says nothing."""
        return (self.lowest + self.highest) / 2 if self.neutral is None else self.neutral

    def ends(self, side: Side) -> tuple[float, float] | None:
        """The values at which an event of a side has none and all of its weight; None where no value weighs."""
        match self.kind:
            case ValueKind.PORTION:
                return 0.0, 1.0
            case ValueKind.PERCENT:
                return 0.0, PERCENT
            case ValueKind.AMOUNT if self.full is not None:
                return 0.0, self.full
            case ValueKind.RATING:
                return self.middle, self.lowest if side is Side.AGAINST else self.highest
        return None

    def problem(self, value: float | None) -> str | None:
        """What is wrong with the value of an event, if anything."""
        if value is None:
            return "must be given" if self.required else None
        if self.kind is ValueKind.RATING and not self.lowest <= value <= self.highest:
            return f"must lie between {self.lowest:g} and {self.highest:g}"
        return "must be at least 0 seconds" if self.kind is ValueKind.SECONDS and value < 0 else None

    def remark(self, value: float) -> str | None:
        """What of a value has no effect, if anything."""
        ends = self.ends(Side.AS_TYPE)
        if self.kind in {ValueKind.SECONDS, ValueKind.RATING}:
            return None
        if ends is None:
            return "value is kept, and has no effect"
        if ends[0] <= value <= ends[1] or (self.kind is ValueKind.AMOUNT and value > 0):
            return None
        counted = min(max(value, ends[0]), ends[1])
        return f"value is a {self.kind.value}, from {ends[0]:g} to {ends[1]:g}: {value:g} counts as {counted:g}"
