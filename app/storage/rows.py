"""The values that pass between the service and its stores.

All times are seconds since 1970, kept to the microsecond; all JSON is UTF-8 text in bytes.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from models.events import EventType


@dataclass(frozen=True, slots=True)
class NewEvent:
    """One event as it arrived, validated; `context` is a JSON object."""

    event_id: str
    user_id: str
    item_id: str
    type: EventType
    occurred_at: float
    received_at: float
    value: float | None = None
    recommendation_id: str | None = None
    position: int | None = None
    context: bytes | None = None


class Appended(NamedTuple):
    """What became of one appended event.

    Attributes:
        sequence: its number in the log; a duplicate has the number of the event that it repeats.
        duplicate: whether its `event_id` was known already, and nothing was stored.
    """

    sequence: int
    duplicate: bool


@dataclass(frozen=True, slots=True)
class LoggedColumns:
    """Events of the log in order of arrival, n of them.

    Attributes:
        sequence: int64 [n], strictly increasing.
        user_codes: int32 [n], positions in `users`.
        users: the distinct user ids.
        item_codes: int32 [n], positions in `items`.
        items: the distinct item ids.
        codes: int8 [n], the event type (position in EVENT_TYPES).
        values: float32 [n], NaN where an event has none.
        times: float64 [n], when it occurred.
    """

    sequence: NDArray[np.int64]
    user_codes: NDArray[np.int32]
    users: list[str]
    item_codes: NDArray[np.int32]
    items: list[str]
    codes: NDArray[np.int8]
    values: NDArray[np.float32]
    times: NDArray[np.float64]

    def __len__(self) -> int:
        return len(self.sequence)


@dataclass(frozen=True, slots=True)
class Expired:
    """Events that were kept long enough and are deleted: how many, and whose, by user id."""

    events: int
    users: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class ItemChange:
    """The newest change of one item; `document` is its JSON, None for a deletion."""

    version: int
    item_id: str
    document: bytes | None
    changed_at: float


@dataclass(frozen=True, slots=True)
class UserRow:
    """What is kept of one user beside the events.

    Attributes:
        user_id: the external id.
        profile: the explicit profile as JSON, None while there is none.
        personalization: whether the service may learn of the user.
        epoch: how many resets there have been.
        reset_at: time of the latest reset, None if there was none.
        reset_sequence: the log's last number at that time, 0 if there was none.
        reset_keeps_seen: whether that reset kept the history for "already seen".
        created_at: when the row was made.
        updated_at: when it was last changed.
    """

    user_id: str
    profile: bytes | None
    personalization: bool
    epoch: int
    reset_at: float | None
    reset_sequence: int
    reset_keeps_seen: bool
    created_at: float
    updated_at: float


@dataclass(frozen=True, slots=True)
class SnapshotEvent:
    """What happened to a snapshot ("activated", "rolled_back", ...), when, and what there is to say of it."""

    snapshot_id: str
    event: str
    at: float
    detail: str
