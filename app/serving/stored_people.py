"""What the stores hold of some people: read as a whole, in a thread, and then taken into memory in one step."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from app.serving.catalogue import Catalogue
from app.serving.explicit_vectors import stated_texts
from app.serving.person import explicit_of
from app.storage.protocols import Stores
from app.storage.rows import LoggedPeople, SeenColumns, UserRow


@dataclass(frozen=True, slots=True)
class StoredPeople:
    """What is held of some people.

    Attributes:
        user_ids: who, ascending.
        log: their events that count.
        rows: those that they have in the users table.
        seen: what they are known to have seen without an event.
    """

    user_ids: tuple[str, ...]
    log: LoggedPeople
    rows: list[UserRow]
    seen: SeenColumns

    @classmethod
    def read(cls, stores: Stores, user_ids: Iterable[str]) -> StoredPeople:
        """What is held now. Blocks: call it in a thread."""
        users = tuple(sorted(set(user_ids)))
        log = LoggedPeople.of(stores.events.columns_of(users))
        return cls(users, log, stores.users.of(users), stores.forgettings.seen(users))

    def texts(self, catalogue: Catalogue) -> list[str]:
        """What they state that has to be encoded, each text once."""
        return sorted({text for row in self.rows for text in stated_texts(catalogue, explicit_of(row))})
