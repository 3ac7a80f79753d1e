"""What the endpoints under `/users/{user_id}` call: each control, and the answer that it is given.

Whatever a control changes, answers that could be continued are dropped: they rest on what was.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from app.access.audit import AuditLog
from app.errors import UndeclaredDataError
from app.person.control import TOUCHING_EVENTS, Control
from app.person.explicit import etag_of
from app.person.export import Export, controls_of, moment
from app.person.identity import Identity
from app.person.inferences import Told
from app.person.interests import Interests
from app.person.items_naming import items_naming
from app.person.profile_warnings import profile_warnings
from app.person.profiles import profile_payload
from app.person.reading_habits import dwelt
from app.person.upkeep import Upkeep
from app.policy.charter.ingestion_gate import IngestionGate
from app.policy.rebuild_dates import due_rebuild
from app.requests.people import PersonalizationRequest, PreviewRequest, ProfilePatch, ResetRequest, Wish
from app.serving.recommender import Recommender
from app.settings import Settings
from app.storage.rows import Forgetting, LoggedColumns
from indexer.snapshot_files import SnapshotFolder
from models.events import CODE_OF, EventType

_ITEMS = (
    "The id stands in items of the catalogue, as their provider, author or otherwise. That says what an item is, not "
    "what a person did: it stays with the item, until the item is changed or deleted and the index built anew."
)
_NO_ITEMS = "No item of the catalogue has the id as a value."
_MOST_ITEMS = 10

log = logging.getLogger(__name__)

_AGGREGATES = (
    "Item vectors learned from many people's events together are aggregates, without ids. Those of the snapshots named "
    "here were learned before the erasure, with this person's events among the others; the next build of the index "
    "learns without them, on the date named here. `penchant rebuild-index` makes it at once."
)
_NO_AGGREGATES = "No snapshot on this disk holds anything that was learned from this person's events."


@dataclass(frozen=True, slots=True)
class Profile:
    """What is held and inferred of a person, and what names the state of that which can be edited."""

    payload: dict[str, Any]
    etag: str


@dataclass(frozen=True, slots=True)
class Parts:
    """Who does the work."""

    upkeep: Upkeep
    control: Control
    interests: Interests
    identity: Identity


class PersonService:
    """The controls of one person. `key_id` names the key that the caller showed."""

    def __init__(self, parts: Parts, recommender: Recommender, gate: IngestionGate, settings: Settings) -> None:
        self._upkeep, self._control = parts.upkeep, parts.control
        self._interests, self._identity = parts.interests, parts.identity
        self._recommender = recommender
        self._gate = gate
        self._data_dir, self._snapshots = settings.data_dir, SnapshotFolder(settings.snapshot_folder)
        self._rebuild_days = settings.snapshots.rebuild_days
        self.fetch_slates: Callable[[str], Awaitable[object]] | None = None
        """Has a person's answers at hand that other processes gave, where there are others."""

    async def profile(self, user_id: str) -> Profile:
        """What is held and inferred of one person."""
        log, seconds = self._upkeep.stores.events, {}
        if dwelt(self._recommender.context(user_id, 1, [])):
            seconds = _dwells(await asyncio.to_thread(log.columns_of, [user_id]))
        told = Told(seconds)
        profile = Profile(profile_payload(self._recommender.context(user_id, 1, []), told), await self.etag(user_id))
        told.name(await asyncio.to_thread(log.event_ids, told.sequences) if told.sequences else {})
        return profile

    async def etag(self, user_id: str) -> str:
        """Names the state of what a person stated and switched."""
        return etag_of(await self._upkeep.row(user_id))

    def warnings(self, user_id: str) -> list[dict[str, Any]]:
        """What a person states that names nothing in the catalogue."""
        generation = self._upkeep.snapshot_swap.current
        return profile_warnings(generation.catalogue, generation.people.get(user_id))

    async def patch(
        self, user_id: str, patch: ProfilePatch, key_id: str | None = None, expected: str | None = None
    ) -> None:
        """Edit what a person states."""
        changes = patch.changes()
        undeclared = self._gate.profile(changes)
        if undeclared:
            raise UndeclaredDataError(undeclared)
        try:
            await self._control.patch(user_id, changes, key_id, expected)
        finally:
            outdate = self._recommender.forget if TOUCHING_EVENTS & changes.keys() else self._recommender.outdate
            outdate(user_id)

    async def reset(self, user_id: str, request: ResetRequest, key_id: str | None = None) -> dict[str, Any]:
        """Forget what was learned of a person."""
        forgetting = await self._control.reset(user_id, request, key_id)
        self._recommender.forget(user_id)
        return await self._reset_payload(user_id, forgetting)

    async def undo_reset(self, user_id: str, key_id: str | None = None) -> dict[str, Any]:
        """Take the latest reset back."""
        forgetting = await self._control.undo_reset(user_id, key_id)
        self._recommender.forget(user_id)
        return await self._reset_payload(user_id, forgetting)

    async def switch(self, user_id: str, request: PersonalizationRequest, key_id: str | None = None) -> dict[str, Any]:
        """Switch personalization on or off."""
        await self._control.switch(user_id, request, key_id)
        self._recommender.forget(user_id)
        return {
            "user_id": user_id,
            "personalization": request.enabled,
            "history": request.history,
            "keep_seen": request.keep_seen,
        }

    async def wish(
        self, user_id: str, topic: str, wish: Wish | None, asked: PreviewRequest, key_id: str | None = None
    ) -> dict[str, Any]:
        """State a wish about a topic or, with None, remove the topic; or only show what would come of it."""
        comprises = (await asyncio.to_thread(self._interests.subject, topic)).payload()
        answer = {"user_id": user_id, "topic": topic, "wish": wish, "comprises": comprises, "preview": asked.preview}
        if asked.preview:
            before, after = await self._interests.preview(user_id, topic, wish, asked.limit)
            return {**answer, "before": before.payload(), "after": after.payload()}
        if wish:
            await self._interests.state(user_id, topic, wish, key_id)
        else:
            await self._interests.remove(user_id, topic, key_id)
        self._recommender.outdate(user_id)
        return {**answer, "before": None, "after": None}

    async def ignore_event(self, user_id: str, event_id: str, key_id: str | None = None) -> None:
        """Delete one event, and with it all that it brought about."""
        await self._control.ignore_event(user_id, event_id, key_id)
        self._recommender.outdate(user_id)

    async def merge(self, user_id: str, source: str, key_id: str | None = None) -> dict[str, Any]:
        """Make another id's history this person's."""
        merged = await self._identity.merge(user_id, source, key_id)
        self._recommender.forget(user_id)
        self._recommender.forget(source)
        return {"user_id": user_id, "from": source, "merged": merged}

    async def erase(self, user_id: str) -> dict[str, Any]:
        """Delete all that is held of a person; the receipt."""
        erased = await self._identity.erase(user_id)
        slates = sum(self._recommender.forget(each) for each in erased.ids)
        at = self._upkeep.clock.now_datetime()
        return {
            "user_id": user_id,
            "erased_at": at.isoformat(),
            "deleted": erased.rows | {"stored_slates": slates},
            "aliases": len(erased.ids) - 1,
            "database_rewritten": erased.rewritten,
            "refused_until": moment(erased.refused_until),
            "items": await asyncio.to_thread(self._items_naming, erased.ids),
            "aggregates": await asyncio.to_thread(self._aggregates),
        }

    async def take_back(self, user_id: str, issued_at: float | None = None) -> dict[str, Any]:
        """Take in again who was erased; `issued_at` of the token that asks for it, if one does."""
        erased = await self._identity.take_back(user_id, issued_at)
        return {
            "user_id": user_id,
            "was_erased": erased is not None,
            "refused_before": moment(erased.returned_at) if erased and erased.returned_at is not None else None,
        }

    async def export(self, user_id: str) -> Export:
        """Everything held of a person."""
        if self.fetch_slates is not None:
            await self.fetch_slates(user_id)
        profile, slates = await self.profile(user_id), self._recommender.stored(user_id)
        upkeep = self._upkeep
        return Export(
            user_id, upkeep.stores, upkeep.decisions, profile.payload, slates, upkeep.served, AuditLog(self._data_dir)
        )

    async def controls(self, user_id: str) -> dict[str, Any]:
        """What was decided about a person's data, oldest first."""
        actions = await asyncio.to_thread(lambda: list(controls_of(self._upkeep.stores, user_id)))
        return {"user_id": user_id, "actions": actions}

    def action_counts(self, since: float) -> dict[str, int]:
        """How often each control was used from the day of a moment on; opt-outs are `personalization_off`."""
        return self._upkeep.stores.identities.counts(since)

    async def finish_resets(self) -> int:
        """Delete what can no longer be undone; how many resets became final."""
        return await self._control.finish()

    async def finish_erasures(self) -> int:
        """Go on with erasures that did not reach their end; of how many ids."""
        return await self._identity.finish_erasures()

    async def sweep(self, seconds: float) -> None:
        """Look for what can no longer be undone, until cancelled."""
        while True:
            await asyncio.sleep(seconds)
            try:
                await self.finish_resets()
            except Exception:
                log.exception("deleting what can no longer be undone failed")

    def _items_naming(self, ids: Sequence[str]) -> dict[str, Any]:
        """Items that name a person: they are the catalogue's, and stay."""
        naming = items_naming(self._upkeep.snapshot_swap.current_or_none, ids)
        return {"statement": _ITEMS if naming else _NO_ITEMS, "count": len(naming), "item_ids": naming[:_MOST_ITEMS]}

    def _aggregates(self) -> dict[str, Any]:
        manifests = [*self._snapshots.manifests()]
        holding = [
            {"snapshot": each.snapshot_id, "created_at": each.created_at.isoformat()}
            for each in manifests
            if each.interactions
        ]
        due = due_rebuild(self._snapshots, self._rebuild_days) if holding else None
        return {
            "statement": _AGGREGATES if holding else _NO_AGGREGATES,
            "snapshots": holding,
            "rebuilt_at": due.isoformat() if due else None,
        }

    async def _reset_payload(self, user_id: str, forgetting: Forgetting) -> dict[str, Any]:
        row = await asyncio.to_thread(self._upkeep.stores.users.get, user_id)
        return {
            "user_id": user_id,
            "epoch": row.epoch if row else 0,
            "reset_at": moment(forgetting.made_at),
            "scope": forgetting.scope,
            "kept_seen": forgetting.keeps_seen,
            "undo_until": moment(forgetting.undo_until),
        }


def _dwells(log: LoggedColumns) -> dict[int, float]:
    """The length of each dwell of which it is known, in seconds, by number."""
    known = (log.codes == CODE_OF[EventType.DWELL]) & ~np.isnan(log.values)
    return dict(zip(log.sequence[known].tolist(), log.values[known].tolist(), strict=True))
