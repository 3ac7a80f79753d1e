"""What people decided that outlives every snapshot: what is forgotten, and which ids name the same person.

A copy of two small tables, so that each event can be held to them without asking the database.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from hashlib import blake2b

from pydantic import Field

from app.storage.protocols import Stores
from app.storage.rows import ErasedId, Forgetting
from models.config import Config


class ControlSettings(Config):
    """What people can take back."""

    undo_hours: float = Field(default=24.0, ge=0, allow_inf_nan=False)
    """Hours for which a reset can be undone; then what was forgotten is deleted."""

    refused_days: float = Field(default=30.0, ge=0, allow_inf_nan=False)
    """Days for which what arrives of an erased person is refused, known by a digest of the id; 0 refuses nothing."""

    sweep_seconds: float = Field(default=60.0, gt=0, allow_inf_nan=False)
    """How often the service looks for what can no longer be undone, and deletes it."""


@dataclass(frozen=True, slots=True)
class _Changed:
    """What the stores hold of some people: of `ids`, aliases among them, and of erased ids by their `digests`."""

    ids: frozenset[str]
    digests: frozenset[str]
    aliases: dict[str, str]
    erased: list[ErasedId]
    forgettings: list[Forgetting]


class ControlDecisions:
    """Read from the stores at the start and, of whom it concerns, after each change; events are held to it.

    It changes on the event loop only, and reads in a thread.
    """

    def __init__(self, stores: Stores, secret: bytes) -> None:
        """`secret` of the data folder, under which erased ids are known."""
        self._stores = stores
        self._secret = secret
        self._erased = {each.digest: each for each in stores.identities.erased()}
        self._erasures = {(each.digest, each.erased_at) for each in self._erased.values()}
        self._owners: dict[str, str] = {}
        self._aliases: dict[str, list[str]] = {}
        self._forgettings: dict[str, list[Forgetting]] = {}
        self._own(stores.identities.aliases())
        self._forget(stores.forgettings.all())

    async def reload(self, user_ids: Collection[str], digests: Collection[str] = ()) -> None:
        """Take over what the stores hold of some people, and of erased ids that are known by their digests only."""
        wanted = frozenset(digests).union(map(self.digest, user_ids))
        changed = await asyncio.to_thread(self._read, frozenset(user_ids), wanted)
        self._disown(changed.ids)
        self._own(changed.aliases)
        for user_id in changed.ids:
            self._forgettings.pop(user_id, None)
        self._forget(changed.forgettings)
        for digest in changed.digests:
            self._erased.pop(digest, None)
        self._erased |= {each.digest: each for each in changed.erased}

    async def reload_erased(self) -> set[str]:
        """Take over which ids were erased, of everybody; digests of those who were since the last time."""
        found = await asyncio.to_thread(self._stores.identities.erased)
        self._erased = {each.digest: each for each in found}
        erasures = {(each.digest, each.erased_at) for each in found}
        new, self._erasures = erasures - self._erasures, erasures
        return {digest for digest, _ in new}

    def of_digests(self, user_ids: Iterable[str], digests: Collection[str]) -> list[str]:
        """Those of some ids that these digests know; a microsecond each."""
        return [user_id for user_id in user_ids if self.digest(user_id) in digests]

    def knows(self, user_id: str) -> bool:
        """Whether anything was decided that concerns an id."""
        return user_id in self._owners or user_id in self._aliases or user_id in self._forgettings

    def finish(self, at: float) -> None:
        """Take over that what could no longer be undone at a moment is final."""
        for user_id, known in self._forgettings.items():
            if any(not each.final and each.undo_until <= at for each in known):
                self._forgettings[user_id] = [
                    replace(each, final=each.final or each.undo_until <= at) for each in known
                ]

    def _read(self, user_ids: frozenset[str], digests: frozenset[str]) -> _Changed:
        aliases = self._stores.identities.aliases(user_ids)
        ids = user_ids.union(aliases, aliases.values(), *(self._aliases.get(each, ()) for each in user_ids))
        erased, forgettings = self._stores.identities.erased(digests), self._stores.forgettings.all(ids)
        return _Changed(ids, digests, aliases, erased, forgettings)

    def _own(self, aliases: Mapping[str, str]) -> None:
        for alias, owner in aliases.items():
            self._owners[alias] = owner
            self._aliases.setdefault(owner, []).append(alias)

    def _disown(self, ids: Collection[str]) -> None:
        """Forget which of these ids name whom, and who is named by them."""
        for alias in {*ids, *(alias for each in ids for alias in self._aliases.pop(each, ()))}:
            owner = self._owners.pop(alias, None)
            if owner is not None and owner in self._aliases:
                self._aliases[owner].remove(alias)

    def _forget(self, forgettings: Iterable[Forgetting]) -> None:
        for forgetting in forgettings:
            self._forgettings.setdefault(forgetting.user_id, []).append(forgetting)

    def erased(self, user_id: str, now: float) -> ErasedId | None:
        """What is known of an erased id, while anything of it is refused."""
        found = self._erased.get(self.digest(user_id)) if self._erased else None
        return found if found and now < found.refused_until else None

    def unfinished(self) -> dict[str, ErasedId]:
        """By digest, the erasures that have not reached their end."""
        return {digest: each for digest, each in self._erased.items() if each.unfinished}

    def digest(self, user_id: str) -> str:
        """By which an erased id is known: one of this folder, and of this purpose."""
        return blake2b(user_id.encode(), key=self._secret, person=b"erased", digest_size=16).hexdigest()

    def salt(self, name: str) -> str:
        """By which an experiment deals people out: of this secret and this purpose."""
        return blake2b(name.encode(), key=self._secret, person=b"experiment", digest_size=16).hexdigest()

    def owner(self, user_id: str) -> str:
        """The person that an id names: themselves, or whom they were merged into."""
        return self._owners.get(user_id, user_id)

    def is_alias(self, user_id: str) -> bool:
        """Whether the id was merged into another."""
        return user_id in self._owners

    def aliases_of(self, user_id: str) -> tuple[str, ...]:
        """The other ids of a person."""
        return tuple(self._aliases.get(user_id, ()))

    def forgotten(
        self,
        user_id: str,
        occurred_at: float,
        topic: Callable[[], str | None],
        ordered: Callable[[float, float], float],
    ) -> bool:
        """Whether a decision covers an event that bears this id; its item's `topic` is asked for only if it matters.

        `ordered` puts the moment of an event on the clock of a decision's.
        """
        return any(
            each.covers(ordered(occurred_at, each.made_at), topic() if each.scope == "topic" else None)
            for each in self._forgettings.get(user_id, ())
        )

    def forgettings_of(self, user_id: str) -> list[Forgetting]:
        """All forgettings of a person and of their aliases, oldest first."""
        ids = (user_id, *self.aliases_of(user_id))
        return sorted((each for one in ids for each in self._forgettings.get(one, ())), key=lambda each: each.number)


def refusal(erased: ErasedId) -> str:
    """Why what arrives of an erased id is refused, as a predicate."""
    at, until = (datetime.fromtimestamp(moment, UTC).date() for moment in (erased.erased_at, erased.refused_until))
    if erased.returned_at is not None:
        return f"was erased on {at}; what happened before their return is refused until {until}"
    return f"was erased on {at}; what arrives of them is refused until {until}, or until POST /users/{{user_id}}/return"
