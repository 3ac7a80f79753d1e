"""Items that were shown to a person again and again without engagement rest for a while."""

from __future__ import annotations

import numpy as np
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


def resting_rows(events: EventColumns, settings: RepeatSettings, now: float) -> Rows:
    """Rows with `shown_times` impressions since the last event of another kind, the last of them not long ago."""
    shown = events.codes == CODE_OF[EventType.IMPRESSION]
    if shown.sum() < settings.shown_times:
        return np.empty(0, dtype=np.int32)
    rows, item = np.unique(events.rows, return_inverse=True)
    engaged = np.full(len(rows), -np.inf)
    np.maximum.at(engaged, item[~shown], events.times[~shown])
    in_vain = shown & (events.times > engaged[item])
    latest = np.full(len(rows), -np.inf)
    np.maximum.at(latest, item[in_vain], events.times[in_vain])
    enough = np.bincount(item[in_vain], minlength=len(rows)) >= settings.shown_times
    return rows[enough & (latest > now - settings.rest_days * DAY_SECONDS)]
