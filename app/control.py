"""The person in control: edits, resets and erasure, durable before they are acknowledged and effective at once."""

from __future__ import annotations

from typing import Any

import orjson

from app.clock import Clock
from app.embedder import Embedder
from app.generation import explicit_vector
from app.rollover import Rollover
from app.storage.protocols import Stores
from indexer.documents import UserDocument


class Control:
    """Changes to what is held of one person that are not events."""

    def __init__(self, rollover: Rollover, stores: Stores, embedder: Embedder, clock: Clock) -> None:
        self._rollover = rollover
        self._stores = stores
        self._embedder = embedder
        self._clock = clock

    async def patch(self, user_id: str, changes: dict[str, Any]) -> None:
        """Merge changes (RFC 7396, already validated) into the explicit profile."""
        row = self._stores.users.get(user_id)
        present = orjson.loads(row.profile) if row and row.profile else {}
        personalization = changes.pop("personalization", None) if "personalization" in changes else ...
        merged = UserDocument.model_validate({**merge_patch(present, changes), "user_id": user_id}, strict=False)
        profile = merged.model_dump_json(exclude_defaults=True, exclude_none=True).encode()
        await self._embedder.embed([*merged.goals, *merged.preferences.tags])
        await self._stores.users.put_profile(user_id, profile, self._clock.now())
        if personalization is not ...:
            await self._stores.users.set_personalization(user_id, personalization is not False, self._clock.now())
        if set(present.get("allowed_sensitive_topics", ())) == set(merged.allowed_sensitive_topics):
            self._update(user_id)
        else:
            self._reload(user_id)

    async def reset(self, user_id: str, *, keep_seen: bool) -> int:
        """Forget what was learned; the epoch that begins."""
        sequence = self._stores.events.last_sequence()
        epoch = await self._stores.users.record_reset(user_id, self._clock.now(), sequence, keep_seen=keep_seen)
        self._reload(user_id)
        return epoch

    async def erase(self, user_id: str) -> dict[str, int]:
        """Delete all that is held of a person; how many rows went, by store."""
        generation = self._rollover.current
        held = generation.people.columns(self._stores.events.columns(user_id=user_id))
        events = await self._stores.events.delete_user(user_id)
        users = await self._stores.users.delete(user_id)
        if self._rollover.current is generation:
            generation.count(held, sign=-1)
        self._reload(user_id)
        return {"events": events, "users": int(users)}

    def _update(self, user_id: str) -> None:
        """A changed profile leaves history and state as they are."""
        self._rollover.touched(user_id)
        generation = self._rollover.current_or_none
        row = self._stores.users.get(user_id)
        if generation is not None and row is not None:
            person = generation.people.update(row)
            person.explicit_vector = explicit_vector(generation.catalogue, person, self._embedder)

    def _reload(self, user_id: str) -> None:
        self._rollover.touched(user_id)
        generation = self._rollover.current_or_none
        if generation is not None:
            generation.refresh([user_id], self._stores, self._embedder)


def merge_patch(target: Any, patch: Any) -> Any:
    """RFC 7396: null removes, objects merge, everything else replaces."""
    if not isinstance(patch, dict):
        return patch
    merged = dict(target) if isinstance(target, dict) else {}
    for name, value in patch.items():
        if value is None:
            merged.pop(name, None)
        else:
            merged[name] = merge_patch(merged.get(name), value)
    return merged
