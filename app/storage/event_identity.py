"""When two events are the same: by their id, and impressions by the answer and the item that they tell of too."""

from __future__ import annotations

from collections.abc import Sequence
from hashlib import md5
from typing import Final

import numpy as np
import orjson
from numpy.typing import NDArray

from app.storage.rows import NewEvent
from models.events import EventType

_PLAIN: Final = ("user_id", "item_id", "type", "value", "recommendation_id", "position")

SHOWN_DIGEST: Final = "md5_number_lower(concat(recommendation_id, chr(0), item_id))"
"""SQL for the digest of what an impression tells, the same number as `shown_digests` gives."""


def differing_fields(stored: NewEvent, sent: NewEvent) -> tuple[str, ...]:
    """In what an event differs from one of the same id.

    When it occurred is no difference where one of them did not say, and was given the moment at which it arrived.
    """
    different = [name for name in _PLAIN if getattr(stored, name) != getattr(sent, name)]
    if all(each.occurred_at != each.received_at for each in (stored, sent)):
        different += ["occurred_at"] if abs(stored.occurred_at - sent.occurred_at) > 2e-6 else []
    different += ["context"] if _context(stored) != _context(sent) else []
    return tuple(different)


def shown(event: NewEvent) -> tuple[str, str, str] | None:
    """What an impression tells: to whom which answer showed which item; None for what is no impression of an answer."""
    if event.type != EventType.IMPRESSION or event.recommendation_id is None:
        return None
    return event.user_id, event.recommendation_id, event.item_id


def shown_digests(events: Sequence[NewEvent]) -> NDArray[np.uint64]:
    """uint64 [n]: of the answer and item of each impression; the person is left out, who may be merged into another."""
    texts = (f"{event.recommendation_id}\0{event.item_id}".encode() for event in events)
    lower = [int.from_bytes(md5(text, usedforsecurity=False).digest()[8:], "little") for text in texts]
    return np.array(lower, dtype=np.uint64)


def _context(event: NewEvent) -> object:
    return orjson.loads(event.context) if event.context else None
