"""What `/admin/personalization` answers."""

from __future__ import annotations

from datetime import datetime
from typing import Literal

from app.api.schemas.base import Answer


class PersonalizationSwitching(Answer):
    """That personalisation was switched off or on somewhere."""

    scope: Literal["all", "scenario", "segment"]

    scenario: str | None = None
    """Where, if in one scenario."""

    segment: str | None = None
    """An attribute of people, if for a segment."""

    value: str | None = None
    """Of that attribute."""

    enabled: bool
    """Whether personalisation is on there from then on."""

    at: datetime
    key_id: str
    """Of who did it."""

    why: str


class PersonalizationSwitches(Answer):
    """Where the operator has switched personalisation off."""

    switched_off: list[PersonalizationSwitching]
    """What holds now."""

    record: list[PersonalizationSwitching]
    """All that was ever switched, oldest first."""
