"""The person in control: edits, resets, the switch, single events; durable before acknowledged, effective at once."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from app.errors import EventNotFoundError, NothingToUndoError, UnknownTopicError
from app.person.explicit import check_match, document_of, merged, profile_of
from app.person.upkeep import Upkeep, cached_texts
from app.requests.people import PersonalizationRequest, ResetRequest
from app.serving.catalogue import Catalogue
from app.serving.control_decisions import ControlSettings
from app.serving.person import unwritten
from app.storage.rows import ForgetRequest, Forgetting, OnTopic, Scope, UserRow
from indexer.documents import UserDocument

HOUR_SECONDS = 3_600.0
_SWITCH = "personalization"
TOUCHING_EVENTS = frozenset({_SWITCH, "allowed_sensitive_topics"})
"""What bears on which events may be learned from: who changes it changes what was learned."""


@dataclass(frozen=True, slots=True)
class Edit:
    """What is to be changed of what a person states.

    Attributes:
        user_id: of whom.
        changes: the merge patch, from what is stated at the moment of the edit.
        key_id: names the key that the edit was made with.
        expected: an If-Match header, if the edit depends on one.
        wish: slug of a topic and what is wished of it, if that is what the edit states.
    """

    user_id: str
    changes: Callable[[UserDocument], dict[str, Any]]
    key_id: str | None = None
    expected: str | None = None
    wish: tuple[str, str] | None = None


class Control:
    """Changes to what is held of one person that are not events. `key_id` names the key that a change was made with."""

    def __init__(self, upkeep: Upkeep, settings: ControlSettings) -> None:
        self._upkeep = upkeep
        self._stores = upkeep.stores
        self._grace = settings.undo_hours * HOUR_SECONDS

    async def patch(
        self, user_id: str, changes: dict[str, Any], key_id: str | None = None, expected: str | None = None
    ) -> None:
        """Merge changes (RFC 7396, already validated) into the explicit profile.

        Raises:
            MergedAwayError: the id was merged into another.
            OutdatedError: the profile is not in any of the states that `expected`, an If-Match header, names.
        """
        edit = Edit(user_id, lambda _: changes, key_id, expected)
        if not TOUCHING_EVENTS & changes.keys():
            await self.edit(edit)
            return
        await self._read_ahead(edit)
        async with self._upkeep.changing(user_id):
            _, gone = await self._write(edit)
        await self._upkeep.embedder.forget(gone)

    async def edit(self, edit: Edit) -> None:
        """Carry out an edit that leaves untouched what was learned from events.

        Raises:
            MergedAwayError: the id was merged into another.
            OutdatedError: the profile is not in any of the states that the edit expects.
        """
        await self._read_ahead(edit)
        async with self._upkeep.editing(edit.user_id):
            try:
                row, gone = await self._write(edit)
            except BaseException:
                held = await asyncio.to_thread(self._stores.users.get, edit.user_id)
                if held is not None:  # the edit may be on the disk all the same
                    await self._upkeep.snapshot_swap.restate(held)
                raise
            await self._upkeep.snapshot_swap.restate(row)
        await self._upkeep.embedder.forget(gone)

    async def _read_ahead(self, edit: Edit) -> None:
        self._upkeep.check(edit.user_id)
        before = document_of(edit.user_id, await self._upkeep.row(edit.user_id))
        await self._upkeep.read_ahead(edit.user_id, _after(before, edit.changes(before)))

    async def _write(self, edit: Edit) -> tuple[UserRow, set[str]]:
        """What is stored of the person then, and the texts that they state no more."""
        user_id, now, row = edit.user_id, self._upkeep.clock.now(), await self._upkeep.row(edit.user_id)
        check_match(row, edit.expected)
        before = document_of(user_id, row)
        changes = edit.changes(before)
        after = _after(before, changes)
        wish = dict(zip(("topic", "wish"), edit.wish or (), strict=False))
        action = self._upkeep.action(user_id, "profile_edited", edit.key_id, fields=sorted(changes), **wish)
        written = self._stores.users.put_profile(user_id, profile_of(after), now, action)
        if _SWITCH in changes:
            enabled = changes[_SWITCH] is not False
            await self._turn(user_id, row, PersonalizationRequest(enabled=enabled), edit.key_id)
        await written
        row = replace(row or unwritten(user_id, now), profile=profile_of(after), updated_at=now)
        return row, cached_texts(before) - cached_texts(after)

    async def reset(self, user_id: str, request: ResetRequest, key_id: str | None = None) -> Forgetting:
        """Forget what was learned, all of it or a part; what was done.

        Raises:
            MergedAwayError: the id was merged into another.
            UnknownTopicError: there is no such topic.
        """
        on_topic = self._on_topic(request.topic) if request.topic is not None else None
        async with self._upkeep.changing(user_id):
            forgetting = self._forgetting(user_id, request)
            await self._forget(forgetting, on_topic)
            await self._upkeep.record(user_id, "reset", key_id, **request.model_dump(mode="json", exclude_none=True))
        await self.finish()
        return forgetting

    async def undo_reset(self, user_id: str, key_id: str | None = None) -> Forgetting:
        """Take the latest reset back.

        Raises:
            NothingToUndoError: there is none, or it is too late.
        """
        now = self._upkeep.clock.settled()
        async with self._upkeep.changing(user_id):
            known = self._upkeep.decisions.forgettings_of(user_id)
            if not known or not await self._stores.forgettings.undo(known[-1].number, now):
                raise NothingToUndoError
            await self._upkeep.record(user_id, "reset_undone", key_id)
        return known[-1]

    async def finish(self) -> int:
        """Delete what can no longer be undone; how many resets became final."""
        now = self._upkeep.clock.settled()
        count = await self._stores.forgettings.finish(now)
        if count:
            self._upkeep.decisions.finish(now)
        return count

    async def switch(self, user_id: str, request: PersonalizationRequest, key_id: str | None = None) -> None:
        """Switch personalization on or off, and keep or forget what was learned."""
        async with self._upkeep.changing(user_id):
            await self._turn(user_id, await self._upkeep.row(user_id), request, key_id)
            if request.history == "forget":
                await self._forget(self._forgetting(user_id, ResetRequest(keep_seen=request.keep_seen)), None)
        await self.finish()

    async def _turn(
        self, user_id: str, row: UserRow | None, request: PersonalizationRequest, key_id: str | None
    ) -> None:
        """Turn the switch; to leave it as it is makes no line in the history, and counts as no opting out."""
        now, seen = self._upkeep.clock.now(), request.keep_seen
        stands = row or unwritten(user_id)
        if (stands.personalization, stands.off_keeps_seen) == (request.enabled, seen) and request.history == "keep":
            return
        await self._upkeep.enter("opted_in" if request.enabled else "opted_out", self._upkeep.decisions.digest(user_id))
        await self._stores.users.set_personalization(user_id, request.enabled, now, keep_seen=seen)
        turned = "personalization_on" if request.enabled else "personalization_off"
        action = turned if stands.personalization != request.enabled else "personalization_stays"
        await self._upkeep.record(user_id, action, key_id, history=request.history, keep_seen=seen)

    async def ignore_event(self, user_id: str, event_id: str, key_id: str | None = None) -> None:
        """Delete one event, and with it all that it brought about.

        Raises:
            EventNotFoundError: the person has no such event that counts.
        """
        async with self._upkeep.changing(user_id):
            if not await self._stores.events.ignore(user_id, event_id):
                raise EventNotFoundError
            await self._upkeep.record(user_id, "event_ignored", key_id)

    def _forgetting(self, user_id: str, request: ResetRequest) -> Forgetting:
        now = self._upkeep.clock.settled()
        partial: Scope = "topic" if request.topic is not None else "since"
        return Forgetting(
            number=0,
            user_id=user_id,
            scope="all" if request.topic is None and request.since is None else partial,
            made_at=now,
            keeps_seen=request.keep_seen,
            undo_until=now + self._grace,
            topic=request.topic,
            since=request.since.timestamp() if request.since else None,
        )

    async def _forget(self, forgetting: Forgetting, on_topic: OnTopic | None) -> None:
        signals = self._upkeep.snapshot_swap.current.people.signals
        aliases = self._upkeep.decisions.aliases_of(forgetting.user_id)
        await self._stores.forgettings.forget(ForgetRequest(forgetting, aliases, signals.seen_codes, on_topic))

    def _on_topic(self, slug: str) -> OnTopic:
        catalogue = self._upkeep.snapshot_swap.current.catalogue
        if slug not in catalogue.topic_slugs:
            raise UnknownTopicError(slug)
        return TopicItems(catalogue, catalogue.topic_slugs.index(slug))


class TopicItems:
    """Which items are on one topic, as the catalogue has it; those that it no longer has are on none."""

    def __init__(self, catalogue: Catalogue, topic: int) -> None:
        self._catalogue = catalogue
        self._topic = topic

    def __call__(self, item_ids: Sequence[str]) -> NDArray[np.bool_]:
        """Bool [n]."""
        rows = self._catalogue.rows(item_ids)
        return np.asarray((rows >= 0) & (self._catalogue.topics[np.maximum(rows, 0)] == self._topic))


def _after(before: UserDocument, changes: dict[str, Any]) -> UserDocument:
    """What somebody states after an edit."""
    return merged(before, {name: value for name, value in changes.items() if name != _SWITCH})
