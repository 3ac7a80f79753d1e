"""Who belongs to what, by a salted hash of their id: the same at every look, and stored nowhere."""

from __future__ import annotations

from collections.abc import Sequence
from hashlib import blake2b
from typing import Final

_SPACE: Final = 2.0**64


def place(user_id: str, salt: str) -> float:
    """A number in [0, 1), evenly spread over people, that is always the same; independent for every salt."""
    digest = blake2b(user_id.encode(), key=salt.encode()[:64], digest_size=8).digest()
    return int.from_bytes(digest, "little") / _SPACE


def variant_of(user_id: str, salt: str, shares: Sequence[float]) -> int:
    """Position of the variant that a person belongs to.

    Args:
        user_id: the person.
        salt: of the experiment.
        shares: of the variants; they sum to about 1.
    """
    at, reached = place(user_id, salt) * sum(shares), 0.0
    for position, share in enumerate(shares):
        reached += share
        if at < reached:
            return position
    return len(shares) - 1
