"""Events of one polarity with decayed weights, as of the newest: those of any later moment are these times a factor."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from models.history import EventColumns
from models.user_state import decay

Amounts = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class DecayedEvents:
    """Events that fade by one half-life.

    Attributes:
        events: k of them.
        weights: float64 [k], weights as of `reference`.
        reference: seconds since 1970: the newest event with weight, or an earlier moment at which one is yet to come;
            -inf where nothing has weight.
        half_life: seconds.
    """

    events: EventColumns
    weights: Amounts
    reference: float
    half_life: float

    @classmethod
    def of(cls, events: EventColumns, half_life: float, latest: float) -> DecayedEvents:
        """Of some events as they stand no later than `latest`."""
        weighty = events.weights > 0
        reference = min(float(events.times.max(initial=-np.inf, where=weighty)), latest)
        weights = np.zeros(len(events))
        if np.isfinite(reference):
            weights[:] = np.where(weighty, events.weights * decay(reference - events.times, half_life), 0.0)
        return cls(events, weights, reference, half_life)

    @property
    def nbytes(self) -> int:
        """Bytes of the arrays."""
        return 33 * len(self.events)

    def fade(self, now: float) -> float:
        """What each weight has faded to at a later moment."""
        return float(np.exp2(min(0.0, self.exponent(now))))

    def exponent(self, now: float) -> float:
        """log2 of the same; -inf where nothing has weight."""
        return (self.reference - now) / self.half_life
