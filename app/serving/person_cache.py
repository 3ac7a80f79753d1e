"""People of whom something was asked, with what was derived from their events, within a number of bytes."""

from __future__ import annotations

from collections import OrderedDict
from typing import TYPE_CHECKING, Final, Protocol

from pydantic import Field

from models.config import Config

if TYPE_CHECKING:
    from app.serving.person import Person

_OBJECTS: Final = 2_000
"""Bytes of a person's own objects, measured; what is derived comes on top."""


class Derived(Protocol):
    """What is derived of a person."""

    @property
    def nbytes(self) -> int:
        """Bytes of its arrays."""


class PeopleSettings(Config):
    """How much is held of people."""

    cache_mb: int = Field(default=256, ge=1)
    """Megabytes for what is derived from people's events, such as sums of vectors. It is derived anew for who does not
    fit: who came last stays. The events themselves are held beside it, in some 30 bytes each."""


class PersonCache:
    """Least recently used people go first."""

    def __init__(self, settings: PeopleSettings) -> None:
        self._budget = settings.cache_mb << 20
        self._people: OrderedDict[str, Person] = OrderedDict()
        self._sizes: dict[str, int] = {}
        self._last = ""
        self.size = 0
        """Bytes in use."""

    def __len__(self) -> int:
        return len(self._people)

    def get(self, user_id: str) -> Person | None:
        """The person, if they are here; whoever was asked for before is weighed, as what is derived comes after."""
        self._weigh(self._last)
        self._last = user_id
        person = self._people.get(user_id)
        if person is not None:
            self._people.move_to_end(user_id)
        return person

    def held(self, user_id: str) -> Person | None:
        """The person, if they are here; it is not asked for on their account."""
        return self._people.get(user_id)

    def put(self, user_id: str, person: Person) -> Person:
        """Hold a person."""
        self.drop(user_id)
        self._people[user_id], self._last = person, user_id
        self._weigh(user_id)
        return person

    def _weigh(self, user_id: str) -> None:
        """Take account of how large a person has become, and make room."""
        if (person := self._people.get(user_id)) is None:
            return
        size = _OBJECTS + sum(each.nbytes for each in (person.learned, person.features) if each is not None)
        self.size += size - self._sizes.get(user_id, 0)
        self._sizes[user_id] = size
        while self.size > self._budget and len(self._people) > 1:
            self.drop(next(iter(self._people)))

    def drop(self, user_id: str) -> None:
        """Let go of a person."""
        if self._people.pop(user_id, None) is not None:
            self.size -= self._sizes.pop(user_id)
