"""What every event type counts, as columns: the one place where an event's weight is formed."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from models.dwell import DwellRule
from models.event_values import Side, ValueKind
from models.signal import Signal

MOST_TYPES: Final = 80
"""Codes that a type may have; a side of a type has its code and so many, or twice so many, more."""
CODES: Final = 256
"""Of int8: those below 0 count from the end, as positions in an array of this length do."""


def types_of(codes: NDArray[np.int8]) -> NDArray[np.int64]:
    """int64 [n]: codes of types, whatever the side."""
    return codes.view(np.uint8).astype(np.int64) % MOST_TYPES


def by_value(codes: NDArray[np.int8]) -> NDArray[np.bool_]:
    """Bool [n]: which events stand on another side than their type does, by their value."""
    return np.asarray(codes.view(np.uint8) >= MOST_TYPES)


@dataclass(frozen=True, slots=True)
class SignalTable:
    """Event weights as columns, indexed by event type code: 256 each, so that a code below 0 has its place too.

    Attributes:
        polarity: int8.
        weight: float32.
        seen: bool.
        seen_days: float64, infinite where it has no end.
        begin, end: float32, the values at which an event has none and all of its weight; equal where no value weighs.
        timed: bool, whether a value is seconds that were spent.
        rated: bool, whether a value tells for or against: of the codes of types alone.
        names: of types.
        verbs: of labels.
        dwell: what seconds are worth.
        machine_events_per_day: see `EventWeights`.
    """

    polarity: NDArray[np.int8]
    weight: NDArray[np.float32]
    seen: NDArray[np.bool_]
    seen_days: NDArray[np.float64]
    begin: NDArray[np.float32]
    end: NDArray[np.float32]
    timed: NDArray[np.bool_]
    rated: NDArray[np.bool_]
    names: list[str]
    verbs: list[str]
    dwell: DwellRule
    machine_events_per_day: int | None = None

    @classmethod
    def empty(cls, dwell: DwellRule, machine_events_per_day: int | None) -> SignalTable:
        """Of no types: whatever the code, nothing is learned."""
        return cls(
            polarity=np.zeros(CODES, dtype=np.int8),
            weight=np.zeros(CODES, dtype=np.float32),
            seen=np.zeros(CODES, dtype=np.bool_),
            seen_days=np.full(CODES, np.inf),
            begin=np.zeros(CODES, dtype=np.float32),
            end=np.zeros(CODES, dtype=np.float32),
            timed=np.zeros(CODES, dtype=np.bool_),
            rated=np.zeros(CODES, dtype=np.bool_),
            names=[""] * CODES,
            verbs=[""] * CODES,
            dwell=dwell,
            machine_events_per_day=machine_events_per_day,
        )

    def put(self, code: int, side: Side, name: str, signal: Signal | None) -> None:
        """Fill in what a side of a type counts; None of a type that nobody declares, of which only the name is told."""
        self.names[code] = name
        if signal is None:
            return
        self.polarity[code], self.weight[code] = signal.polarity_of(side), signal.weight
        self.seen[code], self.verbs[code] = signal.seen, signal.verb
        self.seen_days[code] = np.inf if signal.seen_days is None else signal.seen_days
        self.begin[code], self.end[code] = signal.value.ends(side) or (0.0, 0.0)
        self.timed[code] = signal.value.kind is ValueKind.SECONDS
        self.rated[code] = signal.value.kind is ValueKind.RATING and side is Side.AS_TYPE

    @property
    def seen_codes(self) -> tuple[int, ...]:
        """Codes of the types after which the person has seen the item, as the log has them."""
        return tuple(np.flatnonzero(self.seen[:MOST_TYPES]).tolist())

    def sided(self, codes: NDArray[np.int8], values: NDArray[np.float32]) -> NDArray[np.int8]:
        """int8 [n]: the codes that a log has, each as that of the side on which its value stands."""
        rated = np.flatnonzero(self.rated[codes])
        if not len(rated):
            return codes
        beyond = values[rated] - self.begin[codes[rated]]  # NaN without a value: that stands where the type does
        side = np.where(beyond < 0, Side.AGAINST, np.where(beyond == 0, Side.NEITHER, Side.AS_TYPE))
        found = codes.copy()
        found[rated] = (codes[rated].astype(np.int16) + side * MOST_TYPES).astype(np.int8)
        return found

    def told(self, codes: NDArray[np.int8], values: NDArray[np.float32]) -> NDArray[np.float32]:
        """float32 [n]: each event's weight before decay; of each that is timed its seconds, see `weighed`.

        Args:
            codes: int8 [n], of `sided`.
            values: float32 [n], NaN where an event has none, and so are the seconds of such a timed event.
        """
        weights = self.weight[codes]
        scaled = np.flatnonzero((self.end != self.begin)[codes] & ~np.isnan(values))
        begin, end = self.begin[codes[scaled]], self.end[codes[scaled]]
        weights[scaled] *= np.clip((values[scaled] - begin) / (end - begin), 0, 1)
        return np.where(self.timed[codes], values, weights)

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
        dwells = np.flatnonzero(self.timed[codes])
        if not len(dwells):
            return told
        owners = None if people is None else people[dwells]
        takes = np.full(len(dwells), np.nan) if expected is None else expected(dwells)
        weights = told.copy()
        shares = self.dwell.shares(told[dwells].astype(np.float64), takes, owners)
        weights[dwells] = self.weight[codes[dwells]] * shares
        return weights
