"""Items that were shown to a person again and again without engagement rest for a while."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from pydantic import Field

from models.config import Config
from models.events import CODE_OF, EventType
from models.history import EventColumns
from models.ids import Rows
from models.user_state import DAY_SECONDS


class RepeatSettings(Config):
    """When an item that is shown in vain is given a rest."""

    shown_times: int = Field(default=3, ge=1)
    """Impressions without any other event after which an item rests."""

    rest_days: float = Field(default=7.0, ge=0, allow_inf_nan=False)
    """Days since its last impression for which it rests."""


@dataclass(frozen=True, slots=True)
class InVain:
    """Items that were shown without engagement often enough to rest.

    Attributes:
        rows: int32 [n], ascending.
        until: float64 [n], seconds since 1970, when each has rested.
    """

    rows: Rows
    until: NDArray[np.float64]

    def at(self, now: float) -> Rows:
        """Those that rest."""
        return self.rows[self.until > now]


_NOTHING = InVain(np.empty(0, dtype=np.int32), np.empty(0))


def shown_in_vain(events: EventColumns, settings: RepeatSettings) -> InVain:
    """Rows with `shown_times` impressions since the last event of another kind."""
    shown = events.codes == CODE_OF[EventType.IMPRESSION]
    if shown.sum() < settings.shown_times:
        return _NOTHING
    rows, item = np.unique(events.rows, return_inverse=True)
    engaged = np.full(len(rows), -np.inf)
    np.maximum.at(engaged, item[~shown], events.times[~shown])
    in_vain = shown & (events.times > engaged[item])
    latest = np.full(len(rows), -np.inf)
    np.maximum.at(latest, item[in_vain], events.times[in_vain])
    enough = np.bincount(item[in_vain], minlength=len(rows)) >= settings.shown_times
    return InVain(rows[enough], latest[enough] + settings.rest_days * DAY_SECONDS)
