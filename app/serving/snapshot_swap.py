"""Snapshot swap: notices a newly published snapshot and swaps its generation in without a dropped request."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable, Iterable, Sequence
from datetime import UTC, datetime
from itertools import compress
from typing import Final

from app.clock import Clock
from app.errors import SnapshotMissingError
from app.memory import give_back
from app.pipeline.request import Environment
from app.serving.catalogue import Catalogue
from app.serving.embedder import Embedder
from app.serving.engine.remote import RemoteEngine
from app.serving.engine.search import EngineSearch
from app.serving.explicit_vectors import Encoded, stated_texts, stated_vectors
from app.serving.forgotten_topics import forgotten_topics
from app.serving.generation import Generation, build_generation
from app.serving.ingest_lock import IngestLock
from app.serving.person import explicit_of
from app.serving.policies.folder import PolicyFolder
from app.serving.policies.policy import Policy
from app.serving.policies.succession import SNAPSHOT, Succession
from app.serving.recall_gauge import RecallGauge
from app.serving.snapshot_guard import SnapshotGuard
from app.serving.stored_people import StoredPeople
from app.serving.withheld_events import Withheld, withheld_from
from app.settings import Settings
from app.storage.protocols import Stores
from app.storage.rows import Adoption, UserRow, Withdrawal
from app.webhooks.messages import Tell, untold
from indexer.documents import UserDocument
from indexer.snapshot_files import DamagedSnapshotError, SnapshotError, SnapshotFolder

log = logging.getLogger(__name__)


NOTHING_YET: Final = (
    "no snapshot has been published yet: send items (POST /items), or run `penchant rebuild-index --items FILE`"
)


_NO_OTHER: Final = "No other snapshot is whole: restore a backup, or run `penchant rebuild-index --items FILE`"


class SnapshotSwap:
    """Holds the generation that serves; requests take it once and keep it to their end.

    Everything that changes a generation in service runs on the event loop, and what takes more than one step takes a
    turn: what was written while the next generation was built is read from the stores in the turn that makes it the
    current one. Reading from the stores is for threads.
    """

    def __init__(self, settings: Settings, stores: Stores, embedder: Embedder, clock: Clock) -> None:
        self._settings = settings
        self._stores = stores
        self._embedder = embedder
        self._clock = clock
        self._folder = SnapshotFolder(settings.snapshot_folder)
        self._guard = SnapshotGuard(self._folder, settings.snapshots.verify_hours)
        self.succession = Succession(PolicyFolder(settings.data_dir), settings.query)
        self._current: Generation | None = None
        self._refused: str | None = None
        self._failing = False
        self._reviewed: int | None = None
        self._touched: set[str] | None = None
        self._one_at_a_time = asyncio.Lock()
        self.ingest_lock = IngestLock()
        self.gauge = RecallGauge(settings.snapshots.gauge)
        self.engine = RemoteEngine.open(settings.index.engine)
        self.problem: str | None = None
        self.tell: Tell = untold
        self.share: Callable[[Policy, str, str], Awaitable[None]] | None = None
        """Has other processes obey what was put in force here."""

    @property
    def current(self) -> Generation:
        """The generation in service.

        Raises:
            SnapshotMissingError: none was published yet.
        """
        if self._current is None:
            raise SnapshotMissingError(self.problem or NOTHING_YET)
        return self._current

    @property
    def current_or_none(self) -> Generation | None:
        """The same, for who can do without."""
        return self._current

    def under(self, policy_id: str | None) -> Environment:
        """What answers under a policy: its weights and floors, on the snapshot in service; None: the one in force.

        Raises:
            SnapshotMissingError: none was published yet.
            PolicyNotFoundError: there is no such policy.
        """
        generation = self.current
        if policy_id is None:
            return generation.environment
        if policy_id not in generation.beside:
            snapshot, folder = generation.catalogue.snapshot.snapshot_id, self.succession.folder
            policy = folder.keep(folder.get(policy_id).on(snapshot, datetime.now(UTC)))
            generation.beside[policy_id] = generation.under(policy, self._settings.query)
        return generation.beside[policy_id]

    def touched(self, user_id: str) -> None:
        """Say that something other than a new event changed a person, in case a generation is being built."""
        if self._touched is not None:
            self._touched.add(user_id)

    async def reload(self, user_ids: Iterable[str]) -> None:
        """Rebuild people in memory from the stores; to be called in a turn alone, lest an event count twice."""
        users = set(user_ids)
        for user_id in users:
            self.touched(user_id)
        if self._current is not None and users:
            before = {user_id: self._current.people.permitted(user_id) for user_id in users}
            await self._refresh(self._current, users)
            await self._withdraw(self._current, withheld_from(self._current, before), tuple(sorted(users)))

    async def reread(self, user_ids: Iterable[str]) -> None:
        """Rebuild people in memory as others left them in the stores; what came since is for who asks to prove."""
        users = set(user_ids)
        for user_id in users:
            self.touched(user_id)
        if self._current is not None and users:
            await self._refresh(self._current, users)

    async def adopt(self, item_ids: Sequence[str] | None = None) -> None:
        """Let the events count that waited for items which are there now; to be called in a turn alone.

        Args:
            item_ids: of the items that may have come; None for all that are awaited.
        """
        if self._current is None:
            return
        catalogue = self._current.catalogue
        awaited = [each.item_id for each in await asyncio.to_thread(self._stores.events.awaited_items, item_ids)]
        came = tuple(compress(awaited, catalogue.rows(awaited) >= 0))
        if came:
            decisions = await asyncio.to_thread(forgotten_topics, self._stores, catalogue)
            adopted = await self._stores.events.adopt(Adoption(came, decisions))
            await self.reload(adopted.users)
            log.info("awaited items came", extra={"fields": {"items": len(came), "events": adopted.events}})

    async def withdraw(self) -> None:
        """Delete what is held back and not to be kept; to be called in a turn alone."""
        if self._current is not None:
            await self._withdraw(self._current, withheld_from(self._current))

    async def _withdraw(self, generation: Generation, withheld: Withheld, users: tuple[str, ...] | None = None) -> None:
        if self._settings.firewall.keep_as_seen:
            return
        gone = await self._stores.events.withdraw(Withdrawal(withheld, self._clock.now(), users))
        for user_id in gone.users:
            self.touched(user_id)
        if gone.users:
            await self._refresh(generation, gone.users)

    async def restate(self, row: UserRow) -> None:
        """Take over what a person states now, if nothing but that has changed of them; a turn together is enough."""
        self.touched(row.user_id)
        if self._current is None:
            return
        generation, explicit = self._current, explicit_of(row)
        encoded = await self.encoded(generation.catalogue, explicit)
        generation.people.state(row, stated_vectors(generation.catalogue, explicit, encoded))

    async def encoded(self, catalogue: Catalogue, explicit: UserDocument | None) -> Encoded:
        """The texts of a profile, encoded."""
        return await self._encoded(stated_texts(catalogue, explicit))

    async def _refresh(self, generation: Generation, user_ids: Iterable[str]) -> None:
        held = await asyncio.to_thread(StoredPeople.read, self._stores, user_ids)
        generation.refresh(held, await self._encoded(held.texts(generation.catalogue)))

    async def _encoded(self, texts: Sequence[str]) -> Encoded:
        return dict(zip(texts, await self._embedder.embed(texts), strict=True)) if texts else {}

    async def watch(self) -> None:
        """Look for a new snapshot until cancelled."""
        while True:
            await asyncio.sleep(self._settings.snapshots.poll_seconds)
            try:
                await self.refresh()
            except Exception as error:
                self._failing, self.problem = True, f"taking up the new snapshot failed: {error}"
                log.exception("taking up the new snapshot failed")

    async def refresh(self) -> bool:
        """Take up the published snapshot if it is another than the one in service, or was reviewed; whether it was."""
        async with self._one_at_a_time:
            return await self._refresh_once()

    async def _refresh_once(self) -> bool:
        try:
            await asyncio.to_thread(self._guard.check)
        except DamagedSnapshotError as error:
            return await self._replace(error)
        return await self._follow()

    async def _replace(self, error: DamagedSnapshotError) -> bool:
        """What serves was damaged meanwhile: the last good one takes its place, or nobody is served from it.

        The firewall rests on such columns, and whoever maps a file that is cut short ends with SIGBUS.
        """
        serving = self.current.catalogue.snapshot.snapshot_id
        said = await self._set_aside(serving, error)
        if said is not None and await self._follow():
            self._point(said)
            return True
        async with self.ingest_lock.alone():
            self._current = None
        self.problem = f"{said or self.problem}. {_NO_OTHER}"
        return False

    async def _follow(self) -> bool:
        published, reviewed = self._folder.current_id(), self._reviewed_at()
        serving = self._serving()
        lost = self._folder.pointer_problem()
        known = published == self._refused or (published, reviewed) == (serving, self._reviewed)
        if published is None or (known and lost is None):
            self._clear(published, serving)
            return False
        try:
            if not known:
                await self.take_up(published)
        except DamagedSnapshotError as error:
            return await self._fall_back(published, error)
        except (SnapshotError, OSError) as error:
            self._refuse(published, error)
            return False
        if lost is not None:
            self._point(lost)
        return not known

    def _clear(self, published: str | None, serving: str | None) -> None:
        """What was refused is no longer published, or what could not be read before can be read now."""
        if published == serving is not None and self._failing:
            self._failing, self._refused, self.problem = False, None, self._folder.aside_after(serving)

    def _refuse(self, snapshot_id: str, error: Exception) -> None:
        """A snapshot that cannot be read for the moment is tried again; any other refusal stands."""
        if not isinstance(error, OSError):
            self._refused = snapshot_id
        said, self._failing = f"snapshot {snapshot_id!r} cannot be taken up: {error}", True
        if self.problem != said:
            log.error("snapshot refused", extra={"fields": {"snapshot": snapshot_id}}, exc_info=error)
            self.tell("snapshot.refused", {"snapshot": snapshot_id, "why": said, "serving": self._serving()})
        self.problem = said

    async def _fall_back(self, snapshot_id: str, error: DamagedSnapshotError) -> bool:
        """Set a damaged snapshot aside; the one in service or, at the start, the last good one serves instead."""
        said = await self._set_aside(snapshot_id, error)
        if said is None:
            return False
        taken = self._current is None and await self._follow()
        if self._current is None:
            self.problem = f"{said}. {_NO_OTHER}"
        else:
            self._point(said)
        return taken

    async def _set_aside(self, snapshot_id: str, error: DamagedSnapshotError) -> str | None:
        """What to say of it; None where it cannot be moved, which is a refusal."""
        try:
            name = await asyncio.to_thread(self._folder.set_aside, snapshot_id)
        except FileNotFoundError:
            name = None
        except OSError as unmoved:
            self._refuse(snapshot_id, SnapshotError(f"{error}, and it cannot be set aside: {unmoved}"))
            return None
        log.error(
            "snapshot damaged and set aside", extra={"fields": {"snapshot": snapshot_id, "aside": name}}, exc_info=error
        )
        about = {"snapshot": snapshot_id, "why": str(error), "serving": self._serving()}
        await asyncio.to_thread(self.tell, "snapshot.refused", about)
        return f"{error}; it is set aside as {self._folder.folder / name}" if name else f"{error}; its folder is gone"

    def _point(self, why: str) -> None:
        """Let CURRENT name what serves, so that commands and the next start agree, and say why it had to be."""
        serving = self.current.catalogue.snapshot.snapshot_id
        said = f"{why}; snapshot {serving!r} serves"
        try:
            self._folder.activate(serving)
        except (SnapshotError, OSError) as error:
            said = f"{said}, and CURRENT cannot be written: {error}"
        if said != self.problem:
            log.error("the published snapshot was lost: the last good one serves", extra={"fields": {"why": said}})
        self.problem = said

    async def activate(self, policy: Policy, by: str, why: str) -> None:
        """Put a policy in force: its weights at once, its snapshot once it is taken up; meanwhile the other answers.

        Raises:
            SnapshotError: its snapshot is damaged or of another encoder; what was in force still is.
            OSError: its snapshot cannot be read; likewise.
            pydantic.ValidationError: its settings are not those of this version; likewise.
        """
        async with self._one_at_a_time:
            generation = self._current
            if generation is not None and policy.snapshot == generation.catalogue.snapshot.snapshot_id:
                generation.environment = generation.under(policy, self._settings.query)
            else:
                await self.take_up(policy.snapshot, policy)
            await asyncio.to_thread(self._folder.activate, policy.snapshot)
            await asyncio.to_thread(self.succession.enter, policy, by, why)
            if self.share is not None:
                await self.share(policy, by, why)
            about = {"policy": policy.policy_id, "snapshot": policy.snapshot, "why": why}
            await asyncio.to_thread(self.tell, "policy.activated", about)

    async def obey(self, policy: Policy) -> None:
        """Answer by the weights and floors of a policy on the snapshot in service."""
        async with self._one_at_a_time:
            generation = self.current
            if policy.snapshot == generation.catalogue.snapshot.snapshot_id:
                generation.environment = generation.under(policy, self._settings.query)

    async def take_up(self, snapshot_id: str, policy: Policy | None = None) -> None:
        """Build the generation of a snapshot beside the present one, then swap.

        Args:
            snapshot_id: which.
            policy: whose weights and floors are to be in force with it; absent, as they were or as configured.

        Raises:
            SnapshotError: the snapshot is damaged or of another encoder; the present generation goes on serving.
        """
        self._touched = set()
        self._reviewed = self._reviewed_at()
        try:
            following = policy if policy is not None else await asyncio.to_thread(self.succession.next, snapshot_id)
            generation = await asyncio.to_thread(self._build, following)
            async with self.ingest_lock.alone():
                await asyncio.to_thread(generation.catch_up, self._stores, self._embedder)
                await self._refresh(generation, self._touched)
                outgoing, self._current = [self._current], generation
                self._guard.watch(snapshot_id)
                self._failing, self.problem = False, self._folder.aside_after(snapshot_id)
                await self.adopt()
                await self.withdraw()
        finally:
            self._touched = None
        await asyncio.to_thread(_let_go, outgoing)
        if policy is None:
            await asyncio.to_thread(self.succession.enter, following, SNAPSHOT, following.why)
        await self._stores.snapshots.record(snapshot_id, "activated", self._clock.now())
        log.info("snapshot in service", extra={"fields": {"snapshot": snapshot_id, "items": len(generation.catalogue)}})
        about = {"snapshot": snapshot_id, "items": len(generation.catalogue), "policy": following.policy_id}
        await asyncio.to_thread(self.tell, "snapshot.activated", about)

    def _serving(self) -> str | None:
        return self._current.catalogue.snapshot.snapshot_id if self._current else None

    def _reviewed_at(self) -> int | None:
        """When verdicts on sensitive items were last written down, in nanoseconds."""
        file = self._settings.verdicts_file
        return file.stat().st_mtime_ns if file.is_file() else None

    def _build(self, policy: Policy) -> Generation:
        snapshot_id = policy.snapshot
        self._folder.verify(snapshot_id)  # before anything of it is used: the firewall rests on its columns
        snapshot = self._folder.open(
            snapshot_id, self._settings.index.ann, indexed=self._settings.index.engine.own_index
        )
        if snapshot.manifest.encoder != self._embedder.fingerprint:
            raise SnapshotError(
                f"snapshot {snapshot_id!r} was built with encoder {snapshot.manifest.encoder}, "
                f"the service runs {self._embedder.fingerprint}: rebuild the index or set index.encoder"
            )
        generation = build_generation(snapshot, self._stores, self._embedder, self._settings, policy)
        generation.catalogue.gauge = self.gauge
        if self.engine is not None:
            generation.catalogue.engine = EngineSearch(self.engine, generation.catalogue)
            generation.catalogue.engine.introduce()
        give_back()
        return generation


def _let_go(outgoing: list[Generation | None]) -> None:
    """Drop a generation in a thread: it takes a while for which no request should wait."""
    for generation in outgoing:
        if generation is not None and generation.catalogue.engine is not None:
            generation.catalogue.engine.close()
    outgoing.clear()
    give_back()
