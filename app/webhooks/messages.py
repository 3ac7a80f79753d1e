"""What webhooks tell of, by name."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, Final, Literal

MessageName = Literal[
    "item.added",
    "item.changed",
    "item.removed",
    "snapshot.activated",
    "snapshot.refused",
    "policy.activated",
    "alert.fired",
    "alert.resolved",
]
Tell = Callable[[MessageName, Mapping[str, Any]], None]
"""Called with what happened and what there is to say of it; writes to the disk where somebody wants to know."""

MOST_IDS: Final = 1_000
"""Items of one message."""


def untold(_name: MessageName, _about: Mapping[str, Any]) -> None:
    """Tells nobody."""
