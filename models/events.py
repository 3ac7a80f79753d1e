"""Events: their types, polarities and weights."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from enum import IntEnum, StrEnum
from typing import Final

import numpy as np
from numpy.typing import NDArray
from pydantic import Field

from models.config import Config
from models.dwell import DwellRule, DwellSettings


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
CODE_OF: dict[EventType, int] = {event_type: code for code, event_type in enumerate(EVENT_TYPES)}
_DWELL: Final = CODE_OF[EventType.DWELL]


class Polarity(IntEnum):
    """Whether an event speaks for an item (1), against it (-1), or neither (0)."""

    NEGATIVE = -1
    NEUTRAL = 0
    POSITIVE = 1


VALUED: frozenset[EventType] = frozenset({EventType.DWELL, EventType.COMPLETE})
"""Types whose value weighs: seconds of a dwell, the share that was finished of a complete."""


class Signal(Config):
    """How one event type counts."""

    polarity: Polarity
    """-1, 0 or 1."""

    weight: float = Field(ge=0, allow_inf_nan=False)
    """Mass that one event adds to the sum of its polarity; a like is 1."""

    seen: bool = True
    """Whether the person has then seen the item (an impression was served, not seen)."""

    verb: str
    """Past tense used in labels: "Because you {verb} ..."."""


def _signal(polarity: Polarity, weight: float, verb: str, seen: bool = True) -> Signal:
    return Signal(polarity=polarity, weight=weight, verb=verb, seen=seen)


DEFAULT_SIGNALS: dict[EventType, Signal] = {
    EventType.IMPRESSION: _signal(Polarity.NEUTRAL, 0.0, "were shown", seen=False),
    EventType.CLICK: _signal(Polarity.POSITIVE, 0.25, "opened"),
    EventType.LIKE: _signal(Polarity.POSITIVE, 1.0, "liked"),
    EventType.DISLIKE: _signal(Polarity.NEGATIVE, 1.0, "disliked"),
    EventType.SAVE: _signal(Polarity.POSITIVE, 1.25, "saved"),
    EventType.SHARE: _signal(Polarity.POSITIVE, 1.25, "shared"),
    EventType.COMPLETE: _signal(Polarity.POSITIVE, 1.0, "finished"),
    EventType.DWELL: _signal(Polarity.POSITIVE, 0.5, "spent time with"),
    EventType.DISMISS: _signal(Polarity.NEGATIVE, 0.75, "dismissed"),
    EventType.MORE_LIKE_THIS: _signal(Polarity.POSITIVE, 1.5, "asked for more like"),
    EventType.LESS_LIKE_THIS: _signal(Polarity.NEGATIVE, 2.0, "asked for less like"),
    EventType.REPORT: _signal(Polarity.NEGATIVE, 2.0, "reported"),
    EventType.PURCHASE: _signal(Polarity.POSITIVE, 1.5, "bought"),
    EventType.ADD_TO_CART: _signal(Polarity.POSITIVE, 0.75, "put in your cart"),
    EventType.RATING: _signal(Polarity.POSITIVE, 1.0, "rated"),
    EventType.VIEW: _signal(Polarity.POSITIVE, 0.25, "looked at"),
    EventType.WATCH: _signal(Polarity.POSITIVE, 1.0, "watched"),
    EventType.SCROLL: _signal(Polarity.POSITIVE, 0.5, "scrolled through"),
    EventType.FOLLOW: _signal(Polarity.POSITIVE, 1.25, "followed"),
}


class EventWeights(Config):
    """Weight and polarity of every event type, and how fast each polarity fades."""

    signals: dict[EventType, Signal] = Field(default_factory=lambda: dict(DEFAULT_SIGNALS))
    """One entry per event type; types that are left out keep their default."""

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

    def seen_types(self) -> frozenset[EventType]:
        """Types after which the person has seen the item."""
        return frozenset(kind for kind in EVENT_TYPES if self.signals.get(kind, DEFAULT_SIGNALS[kind]).seen)

    def table(self) -> SignalTable:
        """The same as arrays by event type code."""
        signals = [self.signals.get(event_type, DEFAULT_SIGNALS[event_type]) for event_type in EVENT_TYPES]
        return SignalTable(
            polarity=np.array([signal.polarity for signal in signals], dtype=np.int8),
            weight=np.array([signal.weight for signal in signals], dtype=np.float32),
            seen=np.array([signal.seen for signal in signals], dtype=np.bool_),
            verbs=tuple(signal.verb for signal in signals),
            dwell=DwellRule(self.dwell, self.dwell_full_seconds),
            machine_events_per_day=self.machine_events_per_day,
        )


@dataclass(frozen=True, slots=True)
class SignalTable:
    """Event weights as columns, indexed by event type code (position in EVENT_TYPES)."""

    polarity: NDArray[np.int8]
    weight: NDArray[np.float32]
    seen: NDArray[np.bool_]
    verbs: tuple[str, ...]
    dwell: DwellRule
    machine_events_per_day: int | None = None

    def told(self, codes: NDArray[np.int8], values: NDArray[np.float32]) -> NDArray[np.float32]:
        """float32 [n]: each event's weight before decay, and of each dwell its seconds, of which `weighed` makes one.

        `values` is NaN where an event has none, and so are the seconds of such a dwell.
        """
        weights = self.weight[codes]
        finished = (codes == CODE_OF[EventType.COMPLETE]) & ~np.isnan(values)
        weights[finished] *= np.clip(values[finished], 0, 1)
        return np.where(codes == _DWELL, values, weights)

    def weighed(
        self,
        codes: NDArray[np.int8],
        told: NDArray[np.float32],
        expected: Callable[[NDArray[np.int64]], NDArray[np.float64]] | None = None,
        people: NDArray[np.int64] | None = None,
    ) -> NDArray[np.float32]:
        """float32 [n]: each event's weight before decay.

        Args:
            codes: int8 [n].
            told: float32 [n], of `told`.
            expected: seconds that the items of events take, float64 [m], NaN where that is not known, for the positions
                of m events; None where it is known of none.
            people: int64 [n], whose each event is, numbered from 0, to be taken at their own pace; None: at the usual.
        """
        dwells = np.flatnonzero(codes == _DWELL)
        if not len(dwells):
            return told
        owners = None if people is None else people[dwells]
        takes = np.full(len(dwells), np.nan) if expected is None else expected(dwells)
        weights = told.copy()
        weights[dwells] = self.weight[_DWELL] * self.dwell.shares(told[dwells].astype(np.float64), takes, owners)
        return weights
