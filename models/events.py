"""Events: their types, polarities and weights.

Beside the types that are built in, an operator declares their own. Where events are computed with, a type is a code:
those that are built in count from 0 in the order below, those that are declared have the code that the log gave them
when it first heard of them. An event whose value speaks against its item, where its type speaks for it, has the code of
that side of its type, see `models.event_values`, so that whatever follows from a code follows for it.
"""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum
from typing import Annotated, Any, Final

from pydantic import Field, PrivateAttr, field_validator

from models.config import Config
from models.dwell import DwellRule, DwellSettings
from models.event_values import EventValue, Side, ValueKind
from models.signal import Polarity, Signal
from models.signal_table import MOST_TYPES, SignalTable


class EventType(StrEnum):
    """What a person did with an item. The order is part of the stored format: append only."""

    IMPRESSION = "impression"
    CLICK = "click"
    LIKE = "like"
    DISLIKE = "dislike"
    SAVE = "save"
    SHARE = "share"
    COMPLETE = "complete"
    DWELL = "dwell"
    DISMISS = "dismiss"
    MORE_LIKE_THIS = "more_like_this"
    LESS_LIKE_THIS = "less_like_this"
    REPORT = "report"
    PURCHASE = "purchase"
    ADD_TO_CART = "add_to_cart"
    RATING = "rating"
    VIEW = "view"
    WATCH = "watch"
    SCROLL = "scroll"
    FOLLOW = "follow"


EVENT_TYPES: tuple[EventType, ...] = tuple(EventType)
CODE_OF: dict[str, int] = {event_type.value: code for code, event_type in enumerate(EVENT_TYPES)}
FIRST_DECLARED: Final = 32
"""The code of the first type that is declared; those before are for what is built in, now or later."""
TYPE_NAME: Final = r"^[a-z][a-z0-9_]{0,63}$"
"""How the name of a type is written."""


def _signal(polarity: Polarity, weight: float, verb: str, **more: Any) -> Signal:
    return Signal(polarity=polarity, weight=weight, verb=verb, **more)


_PORTION: Final = EventValue(kind=ValueKind.PORTION)

DEFAULT_SIGNALS: dict[EventType, Signal] = {
    EventType.IMPRESSION: _signal(Polarity.NEUTRAL, 0.0, "were shown", seen=False),
    EventType.CLICK: _signal(Polarity.POSITIVE, 0.25, "opened", opens=True),
    EventType.LIKE: _signal(Polarity.POSITIVE, 1.0, "liked"),
    EventType.DISLIKE: _signal(Polarity.NEGATIVE, 1.0, "disliked"),
    EventType.SAVE: _signal(Polarity.POSITIVE, 1.25, "saved"),
    EventType.SHARE: _signal(Polarity.POSITIVE, 1.25, "shared"),
    EventType.COMPLETE: _signal(Polarity.POSITIVE, 1.0, "finished", value=_PORTION),
    EventType.DWELL: _signal(Polarity.POSITIVE, 0.5, "spent time with", value=EventValue(kind=ValueKind.SECONDS)),
    EventType.DISMISS: _signal(Polarity.NEGATIVE, 0.75, "dismissed"),
    EventType.MORE_LIKE_THIS: _signal(Polarity.POSITIVE, 1.5, "asked for more like"),
    EventType.LESS_LIKE_THIS: _signal(Polarity.NEGATIVE, 2.0, "asked for less like"),
    EventType.REPORT: _signal(Polarity.NEGATIVE, 2.0, "reported"),
    EventType.PURCHASE: _signal(Polarity.POSITIVE, 1.5, "bought", value=EventValue(kind=ValueKind.AMOUNT)),
    EventType.ADD_TO_CART: _signal(
        Polarity.POSITIVE, 0.75, "put in your cart", seen_days=14.0, value=EventValue(kind=ValueKind.AMOUNT)
    ),
    EventType.RATING: _signal(Polarity.POSITIVE, 1.0, "rated", value=EventValue(kind=ValueKind.RATING, required=True)),
    EventType.VIEW: _signal(Polarity.POSITIVE, 0.25, "looked at", seen_days=14.0, opens=True),
    EventType.WATCH: _signal(Polarity.POSITIVE, 1.0, "watched", value=_PORTION),
    EventType.SCROLL: _signal(Polarity.POSITIVE, 0.5, "scrolled through", seen_days=14.0, value=_PORTION),
    EventType.FOLLOW: _signal(Polarity.POSITIVE, 1.25, "followed"),
}


class EventWeights(Config):
    """Weight and polarity of every event type, and how fast each polarity fades."""

    signals: dict[EventType, Signal] = Field(default_factory=lambda: dict(DEFAULT_SIGNALS))
    """One entry per event type that is built in; types that are left out, and fields, keep their
    default."""

    types: dict[Annotated[str, Field(pattern=TYPE_NAME)], Signal] = Field(
        default_factory=dict, max_length=MOST_TYPES - FIRST_DECLARED
    )
    """Event types of the operator's own, by name; each as an entry of `signals`."""

    half_life_positive_days: float = Field(default=90.0, ge=0.001, allow_inf_nan=False)
    """Days until a positive event counts half."""

    half_life_negative_days: float = Field(default=60.0, ge=0.001, allow_inf_nan=False)
    """Days until a negative event counts half."""

    dwell_full_seconds: float = Field(default=60.0, gt=0, allow_inf_nan=False)
    """A dwell's `value`, in seconds, from which it has its whole weight where it is not known what the item takes;
    below, its weight is proportional."""

    dwell: DwellSettings = DwellSettings()
    """What an item takes by its words, at whose pace."""

    machine_events_per_day: int | None = Field(default=1_500, ge=1)
    """Events of one person on one day, impressions aside, with more of which they are taken for a machine: what it does
    counts in no popularity and teaches no item vectors, and it gets its own answers all the same. None: nobody is."""

    _codes: dict[str, int] | None = PrivateAttr(default=None)

    @field_validator("signals", mode="before")
    @classmethod
    def _keep_the_rest(cls, signals: object) -> object:
        """What an entry does not say stays as it is by default."""
        if not isinstance(signals, dict):
            return signals
        defaults = {name: signal.model_dump() for name, signal in DEFAULT_SIGNALS.items()}
        return {
            name: defaults.get(name, {}) | given if isinstance(given, dict) else given
            for name, given in signals.items()
        }

    @field_validator("types")
    @classmethod
    def _are_new(cls, types: dict[str, Signal]) -> dict[str, Signal]:
        if known := sorted(types.keys() & CODE_OF.keys()):
            raise ValueError(f"{', '.join(known)} is built in: change it under events.signals")
        return types

    def numbered(self, codes: Mapping[str, int]) -> EventWeights:
        """The same, with the codes that a log gave to types that are not built in."""
        copy = self.model_copy()
        copy._codes = dict(codes)  # noqa: SLF001 - its own
        return copy

    @property
    def codes(self) -> dict[str, int]:
        """Code of every type: built in, declared, and those that a log has and nobody declares any more."""
        if self._codes is not None:
            return CODE_OF | self._codes
        return CODE_OF | {name: FIRST_DECLARED + place for place, name in enumerate(self.types)}

    def names(self) -> tuple[str, ...]:
        """Every type that events may be of: built in, then declared."""
        return (*CODE_OF, *self.types)

    def of(self, name: str) -> Signal | None:
        """How a type counts; None of one that nobody declares."""
        if name in CODE_OF:
            return self.signals.get(EventType(name), DEFAULT_SIGNALS[EventType(name)])
        return self.types.get(name)

    def seen_types(self) -> frozenset[str]:
        """Types after which the person has seen the item."""
        return frozenset(name for name in self.names() if (signal := self.of(name)) and signal.seen)

    def table(self) -> SignalTable:
        """The same as arrays by event type code."""
        table = SignalTable.empty(DwellRule(self.dwell, self.dwell_full_seconds), self.machine_events_per_day)
        for name, code in self.codes.items():
            for side in Side:
                table.put(code + side * MOST_TYPES, side, name, self.of(name))
        return table
