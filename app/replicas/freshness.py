"""Freshness: a process that shares its database proves, before it answers, that what it holds is so.

A replica is a cache. Each request asks the database how far its people have come, in one query for all requests that
wait; whoever has come further than what is held is read again, whole. So whatever was acknowledged through any
replica is obeyed by the next answer of every other one. What nobody asks for (popularity, trends) follows in the
background.
"""

from __future__ import annotations

import asyncio
from collections import OrderedDict
from collections.abc import Awaitable, Callable, Collection, Sequence
from contextlib import suppress
from typing import Final, Protocol

import numpy as np

from app.replicas.settings import ReplicaSettings
from app.replicas.staleness import STALE, Staleness
from app.serving.control_decisions import ControlDecisions
from app.serving.joint_calls import JointCalls
from app.serving.snapshot_swap import SnapshotSwap
from app.storage.errors import DatabaseFailingError
from app.storage.protocols import BEGINNING, Revisions, Stores
from app.storage.rows import UNKNOWN, Appended, NewEvent, Revision, Standing

_AT_ONCE: Final = 256
"""People who are read again in one go."""


class Freshness(Protocol):
    """What an answer and an event rest on."""

    @property
    def away(self) -> DatabaseFailingError | None:
        """Why nothing can be proved at present, if that is so."""

    async def prove(self, user_ids: Collection[str]) -> None:
        """Make sure that what is held of people, of items and of operators' decisions is what is stored now."""

    def epochs(self, user_ids: Collection[str]) -> dict[str, int] | None:
        """Of people who were proved, on which epoch what is held of them rests; None where nobody else writes."""

    def took_in(self, events: Sequence[NewEvent], appended: Sequence[Appended]) -> None:
        """Note events that were stored here, and are held."""


class Alone:
    """Nobody else writes: what is held is so."""

    away: DatabaseFailingError | None = None

    async def prove(self, user_ids: Collection[str]) -> None:
        """Nothing is to be done."""

    def epochs(self, user_ids: Collection[str]) -> dict[str, int] | None:  # noqa: ARG002 - see the protocol
        """None."""
        return None

    def took_in(self, events: Sequence[NewEvent], appended: Sequence[Appended]) -> None:
        """Nothing is to be noted."""


class Replica:
    """Keeps what is held in step with a database to which others write.

    Args:
        stores: of the database.
        revisions: by which it is known how far it has come.
        snapshot_swap: the generation in service, which holds people.
        decisions: that are held.
        items: takes in the items that others changed.
        settings: how many people are held.
    """

    def __init__(
        self,
        stores: Stores,
        revisions: Revisions,
        held: tuple[SnapshotSwap, ControlDecisions],
        items: Callable[[], Awaitable[None]],
        settings: ReplicaSettings,
    ) -> None:
        self._stores, self._revisions, self._items, self._settings = stores, revisions, items, settings
        self._snapshot_swap, self._decisions = held
        self._held = OrderedDict[str, Revision]()
        self._serial: int | None = None
        self._operators: int | None = None
        self._erased = set[str]()
        self._staleness = Staleness(settings.stale_seconds, settings.patience_seconds)
        self._read_again: set[str] | None = None
        self._calls = JointCalls(self._ask, settings.held_people)
        self.heed: Sequence[Callable[[], Awaitable[None]]] = ()
        """Take over what operators decided through others."""
        self.answered: Callable[[], list[str]] = list
        """People to whom answers are held."""
        self.logged: Callable[[], Collection[str]] = list
        """People whom files of this process name; blocks."""
        self.erase: Callable[[Collection[str]], object] = len
        """Takes people out of these; blocks."""
        self.outdate: Callable[[str], object] = str
        """Lets go of answers to a person that rest on what was; those that still hold, the database has."""
        _, self._anew = revisions.begun_anew(BEGINNING)

    @property
    def away(self) -> DatabaseFailingError | None:
        """Why nothing can be proved at present, if that is so."""
        return self._staleness.away

    async def prove(self, user_ids: Collection[str]) -> None:
        """Make sure that what is held of people, of items and of operators' decisions is what is stored now.

        While the database is away, what was proved before is good enough for a while: then the answer is marked.

        Raises:
            DatabaseFailingError: it is away, and what is held is not good enough.
        """
        self._drop_what_another_generation_held()
        ids = {*user_ids, *map(self._decisions.owner, user_ids)}
        try:
            if self.away is not None:  # until `follow` finds it back
                raise self.away.with_traceback(None)
            await self._prove(ids)
        except DatabaseFailingError as error:
            self._staleness.allow(error, held=self._operators is not None and ids <= self._held.keys())
        else:
            STALE.set(False)

    async def _prove(self, ids: Collection[str]) -> None:
        (standing,) = await self._staleness.tried(self._calls(tuple(ids)))
        await self._follow_operators(standing.operators)
        if self._erased and (gone := self._decisions.of_digests(ids, self._erased)):
            await asyncio.to_thread(self.erase, gone)
        generation = self._snapshot_swap.current_or_none
        if generation is not None and standing.items > generation.items:
            await self._items()
        behind = [each for each in ids if not self._is_fresh(each, standing.people.get(each, UNKNOWN))]
        if behind:
            # while what they decided cannot be read, they are not answered
            before = {user_id: self._held.pop(user_id, None) for user_id in behind}
            await self._read(behind)
            for user_id, held in before.items():
                come = standing.people.get(user_id, UNKNOWN)
                if held is None or held.epoch not in {come.epoch, UNKNOWN.epoch}:
                    self.outdate(user_id)
                self._hold(user_id, come)
            if others := set(map(self._decisions.owner, behind)).difference(ids):
                await self._prove(others)

    async def _follow_operators(self, operators: int) -> None:
        if operators == self._operators:
            return
        self._operators = None
        erased = await self._decisions.reload_erased()
        if erased:  # nothing of them is left by which their answers would be known to be behind
            self._erased |= erased
            for user_id in await asyncio.to_thread(self._decisions.of_digests, self.answered(), erased):
                self.outdate(user_id)
        for heed in self.heed:
            await heed()
        self._operators = operators

    def epochs(self, user_ids: Collection[str]) -> dict[str, int] | None:
        """Of people who were proved, on which epoch what is held of them rests."""
        return {user_id: self._held.get(user_id, UNKNOWN).epoch for user_id in user_ids}

    def took_in(self, events: Sequence[NewEvent], appended: Sequence[Appended]) -> None:
        """Note events that were stored here, and are held, unless somebody else's came in between."""
        for event, answer in zip(events, appended, strict=True):
            come, held = answer.revision, self._held.get(event.user_id)
            if come is None or held is None or come.revision != held.revision + 1:
                continue
            if held.epoch in {come.epoch, UNKNOWN.epoch}:
                self._held[event.user_id] = come

    async def forever(self) -> None:
        """Follow until cancelled."""
        while True:
            await asyncio.sleep(self._settings.follow_seconds)
            with suppress(DatabaseFailingError):  # which `/readyz` tells of, and the next time tries again
                await self.follow()

    async def follow(self) -> None:
        """Take in what others wrote of people whom nobody asks for here; to be called again and again."""
        await self._prove(())
        generation = self._snapshot_swap.current_or_none
        if generation is None:
            return
        anew, self._anew = await asyncio.to_thread(self._revisions.begun_anew, self._anew)
        anew += await self._erased_here(generation.people.ids())
        for start in range(0, len(anew), _AT_ONCE):
            await self._read(anew[start : start + _AT_ONCE])
        self._read_again = set()
        try:
            log, mark = await asyncio.to_thread(self._stores.events.walk, generation.mark)
            owners, events = generation.people.columns_of(log)
            known = [place for place, user_id in enumerate(log.users) if user_id in self._read_again]
            among = ~np.isin(owners, known)
            generation.learn(log.users, owners[among], events.where(among))
            generation.mark = mark
            self._staleness.followed()
        finally:
            self._read_again = None

    async def _erased_here(self, held: list[str]) -> list[str]:
        """Those of some ids who were erased elsewhere; what is logged here of anybody who was is erased too."""
        erased = set(self._erased)
        if not erased:
            return []
        logged = await asyncio.to_thread(self._decisions.of_digests, await asyncio.to_thread(self.logged), erased)
        if logged:
            await asyncio.to_thread(self.erase, logged)
        self._erased -= erased
        return await asyncio.to_thread(self._decisions.of_digests, held, erased)

    def _drop_what_another_generation_held(self) -> None:
        generation = self._snapshot_swap.current_or_none
        serial = generation.serial if generation else None
        if serial != self._serial:
            self._held.clear()
            self._serial = serial

    async def _ask(self, calls: Sequence[Sequence[str]]) -> list[list[Standing]]:
        asked = {user_id for call in calls for user_id in call}
        standing = await asyncio.to_thread(self._revisions.standing, asked)
        return [[standing]] * len(calls)

    def _is_fresh(self, user_id: str, stored: Revision) -> bool:
        held = self._held.get(user_id)
        if held is None and stored == UNKNOWN and not self._knows(user_id):
            self._hold(user_id, UNKNOWN)
            return True
        if held == stored:
            self._held.move_to_end(user_id)
        return held == stored

    def _knows(self, user_id: str) -> bool:
        generation = self._snapshot_swap.current_or_none
        return self._decisions.knows(user_id) or (generation is not None and user_id in generation.people)

    def _hold(self, user_id: str, revision: Revision) -> None:
        self._held[user_id] = revision
        self._held.move_to_end(user_id)
        if len(self._held) > self._settings.held_people:
            self._held.popitem(last=False)

    async def _read(self, user_ids: Collection[str]) -> None:
        """Read people again, whole; how far that is, whoever asked says afterwards."""
        await self._decisions.reload(user_ids)
        if self._read_again is not None:
            self._read_again.update(user_ids)
        await self._snapshot_swap.reread(user_ids)
        for user_id in user_ids:  # what was taken in of them while they were read is not held now
            self._held.pop(user_id, None)
