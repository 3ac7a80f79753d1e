"""When two events are the same: by person and id, and impressions by the answer and the item that they tell of too.

The digests by which they are looked up are of an id and, in the same 64 bits, of the person: where a thousand people
have an event of one id, each has it alone.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from hashlib import md5
from typing import Final

import numpy as np
import orjson
from numpy.typing import NDArray

from app.storage.rows import NewEvent
from models.events import EventType

_PLAIN: Final = ("item_id", "type", "value", "recommendation_id", "position")

OWN_DIGEST: Final = "xor(event_digest, md5_number_lower(user_id))"
"""SQL for the digest of an event's id and person, the same number as `own_digests` gives."""
SHOWN_DIGEST: Final = "xor(md5_number_lower(concat(recommendation_id, chr(0), item_id)), md5_number_lower(user_id))"
"""SQL for the digest of what an impression tells, the same number as `shown_digests` gives."""


def differing_fields(stored: NewEvent, sent: NewEvent) -> tuple[str, ...]:
    """In what an event differs from one of the same id and person.

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


def own_digests(event_digests: NDArray[np.uint64], user_ids: Iterable[str]) -> NDArray[np.uint64]:
    """uint64 [n]: of each id, whose digest is given, together with the person's."""
    return event_digests ^ _lower_md5(user_ids)


def shown_digests(events: Sequence[NewEvent]) -> NDArray[np.uint64]:
    """uint64 [n]: of the answer, item and person of each impression."""
    answers = _lower_md5(f"{event.recommendation_id}\0{event.item_id}" for event in events)
    return answers ^ _lower_md5(event.user_id for event in events)


def _lower_md5(texts: Iterable[str]) -> NDArray[np.uint64]:
    digests = b"".join(md5(text.encode(), usedforsecurity=False).digest() for text in texts)
    return np.frombuffer(digests, dtype="<u8")[1::2]


def _context(event: NewEvent) -> object:
    return orjson.loads(event.context) if event.context else None
