"""A signal: how one event type counts."""

from __future__ import annotations

from enum import IntEnum
from typing import Annotated, Any, Self

from pydantic import BeforeValidator, Field, model_validator

from models.config import Config
from models.event_values import EventValue, Side, ValueKind


class Polarity(IntEnum):
    """Whether an event speaks for an item (1), against it (-1), or neither (0)."""

    NEGATIVE = -1
    NEUTRAL = 0
    POSITIVE = 1


def _polarity(given: Any) -> Any:
    """A polarity may be given by its name."""
    return Polarity.__members__.get(given.upper(), given) if isinstance(given, str) else given


class Signal(Config):
    """How one event type counts."""

    polarity: Annotated[Polarity, BeforeValidator(_polarity)]
    """-1, 0 or 1."""

    weight: float = Field(ge=0, allow_inf_nan=False)
    """Mass that one event adds to the sum of its polarity; a like is 1."""

    seen: bool = True
    """Whether the person has then seen the item (an impression was served, not seen)."""

    seen_days: float | None = Field(default=None, ge=0, allow_inf_nan=False)
    """Days for which it then counts as seen, where `query.seen_days` does not say; none: without an end."""

    opens: bool = False
    """Whether it says that the item was opened, as a click does, and counts in the click-through rate."""

    verb: str = Field(min_length=1, max_length=100)
    """Past tense used in labels: "Because you {verb} ..."."""

    value: EventValue = EventValue()
    """What its value is, and so how much of the weight an event has."""

    @model_validator(mode="after")
    def _rates_for(self) -> Self:
        if self.value.kind is ValueKind.RATING and self.polarity is not Polarity.POSITIVE:
            raise ValueError("a rating speaks for an item or against it by its value: its polarity is 1")
        return self

    def polarity_of(self, side: Side) -> Polarity:
        """Of an event of a side."""
        return (self.polarity, Polarity.NEGATIVE, Polarity.NEUTRAL)[side]
