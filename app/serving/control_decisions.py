"""What people decided that outlives every snapshot: what is forgotten, and which ids name the same person.

A copy of two small tables, so that each event can be held to them without asking the database.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable

from pydantic import Field

from app.storage.protocols import Stores
from app.storage.rows import Forgetting
from models.config import Config


class ControlSettings(Config):
    """What people can take back."""

    undo_hours: float = Field(default=24.0, ge=0, allow_inf_nan=False)
    """Hours for which a reset can be undone; then what was forgotten is deleted."""

    sweep_seconds: float = Field(default=60.0, gt=0, allow_inf_nan=False)
    """How often the service looks for what can no longer be undone, and deletes it."""


class ControlDecisions:
    """Read from the stores at the start and after each change; events are held to it."""

    def __init__(self, stores: Stores) -> None:
        self._stores = stores
        self._owners: dict[str, str] = {}
        self._forgettings: dict[str, list[Forgetting]] = {}
        self.reload()

    def reload(self) -> None:
        """Take over what the stores hold."""
        self._owners = self._stores.identities.aliases()
        by_user: dict[str, list[Forgetting]] = defaultdict(list)
        for forgetting in self._stores.forgettings.all():
            by_user[forgetting.user_id].append(forgetting)
        self._forgettings = dict(by_user)

    def owner(self, user_id: str) -> str:
        """The person that an id names: themselves, or whom they were merged into."""
        return self._owners.get(user_id, user_id)

    def is_alias(self, user_id: str) -> bool:
        """Whether the id was merged into another."""
        return user_id in self._owners

    def aliases_of(self, user_id: str) -> tuple[str, ...]:
        """The other ids of a person."""
        return tuple(alias for alias, owner in self._owners.items() if owner == user_id)

    def forgotten(self, user_id: str, occurred_at: float, topic: Callable[[], str | None]) -> bool:
        """Whether a decision covers an event that bears this id; its item's `topic` is asked for only if it matters."""
        return any(
            each.covers(occurred_at, topic() if each.scope == "topic" else None)
            for each in self._forgettings.get(user_id, ())
        )

    def forgettings_of(self, user_id: str) -> list[Forgetting]:
        """All forgettings of a person and of their aliases, oldest first."""
        ids = (user_id, *self.aliases_of(user_id))
        return sorted((each for one in ids for each in self._forgettings.get(one, ())), key=lambda each: each.number)
