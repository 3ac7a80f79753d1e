"""The service: what an endpoint calls, one hop from HTTP and one hop from the part that does the work."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, replace
from datetime import datetime
from functools import cached_property, partial
from typing import Any

import orjson

from app.alerts.exposition import WatchCollector
from app.alerts.refusals import REFUSED, Refusals
from app.alerts.watch import Watch, Watched
from app.backup.ledger import Ledger
from app.backup.timetable import backup_problem, read_outcome
from app.clock import Clock
from app.clock_witness import ClockWitness
from app.errors import CountChangedError, ItemNotFoundError
from app.insights.answer_log import AnswerLog
from app.insights.equity.audits import Audits
from app.insights.equity.folder import AuditFolder
from app.insights.equity.held_out import Bench
from app.insights.experiments.comparisons import Comparisons
from app.insights.experiments.experiments import Experiments
from app.insights.experiments.folder import ExperimentFolder
from app.insights.exposition import Exposition
from app.insights.exposure.topics import DAYS as EXPOSURE_DAYS
from app.insights.exposure.topics import exposure_by_topic
from app.insights.meters import Meters
from app.insights.off_policy.off_policy import OffPolicy
from app.insights.reading import Insights
from app.insights.served_files import ServedFiles
from app.insights.served_log import ServedLog
from app.insights.served_retention import delete_old_days
from app.insights.service import InsightService
from app.insights.views import Segments
from app.jobs import Jobs, Work
from app.person.control import Control
from app.person.erasure.proof import remove_leftovers
from app.person.export import moment
from app.person.identity import Identity
from app.person.interests import Interests
from app.person.service import Parts, PersonService
from app.person.upkeep import Upkeep
from app.pipeline.request import Assigned
from app.pipeline.slate import Slate
from app.pipeline.stages import READABLE
from app.pipeline.withheld import kept
from app.policy.charter.charter import load_charter
from app.policy.charter.ingestion_gate import IngestionGate
from app.policy.personalization_switch import PersonalizationSwitch
from app.policy.retention import Retention
from app.policy.transparency import transparency_payload
from app.replicas.continued import ContinuedAnswers
from app.replicas.freshness import Alone, Freshness, Replica
from app.replicas.handover import switches
from app.replicas.lease import Lease
from app.replicas.secret import secret_of_all
from app.replicas.shared_policy import SharedPolicy
from app.replicas.workers import is_first
from app.requests.slates import PageRequest, RecommendRequest, SimilarRequest
from app.serving.administrators_switch import AdministratorsSwitch
from app.serving.catalogue_map import topics_in_the_plane
from app.serving.choices import Choices
from app.serving.control_decisions import ControlDecisions
from app.serving.counted_people import CountFloor
from app.serving.declared_types import check_types, undeclared, warn_of, with_types
from app.serving.embedder import Embedder
from app.serving.engine.waiting import answered
from app.serving.event_ingestion import EventIngestion
from app.serving.event_rules import EventResult
from app.serving.item_ingestion import ItemIngestion
from app.serving.lists import Lists
from app.serving.own_build import OwnBuild
from app.serving.policies.policies import Policies
from app.serving.recommender import Recommender
from app.serving.similar import similar_to_item, similar_to_text
from app.serving.similar_people import SimilarPeople
from app.serving.snapshot_swap import NOTHING_YET, SnapshotSwap
from app.serving.training_events import training_events
from app.settings import Settings
from app.status import Status
from app.storage.protocols import ItemChange, Stores
from app.storage.rows import OUTCOMES
from app.trials.trials import Trials
from app.webhooks.webhooks import Webhooks
from indexer.attributes.account import mistyped
from indexer.attributes.declaration import declared as declaration_of
from indexer.documents import EventDocument, ItemDocument
from indexer.problems import FieldProblem
from indexer.progress import Progress
from indexer.sensitive.taxonomy import load_taxonomy
from indexer.snapshot_files import SnapshotFolder
from models.user_state import DAY_SECONDS


class Service:
    """Everything behind the endpoints."""

    def __init__(self, settings: Settings, stores: Stores, embedder: Embedder, jobs: Jobs | None = None) -> None:
        """`jobs` that go on in this process beside the service's own."""
        self._settings = settings = with_types(settings, stores.events)
        self._stores, self._embedder, self.jobs = stores, embedder, jobs or Jobs()
        self._clock = clock = clock_of(settings)
        self.snapshot_swap = SnapshotSwap(settings, stores, embedder, clock)
        self.policies = Policies(self.snapshot_swap, SnapshotFolder(settings.snapshot_folder), stores.snapshots)
        taxonomy = settings.index.sensitive.taxonomy
        self._charter = load_charter(settings.charter, taxonomy)
        self._undeclared: dict[str, int] = {}
        self.refusals = Refusals()
        self.gate = self._gate()
        self._decisions = decisions = ControlDecisions(stores, secret_of_all(settings.data_dir, stores.shared))
        self._open_insights(decisions)
        notes = AnswerLog(self.served_log, self.meters)
        self._recommender = Recommender(self.snapshot_swap, clock, settings.paging, notes, settings.scenarios)
        self.administrators_switch = self._administrators_switch()
        self._event_ingestion = EventIngestion(self.snapshot_swap, stores, clock, (self.gate, decisions), settings)
        self._own_build = OwnBuild(settings, stores, embedder, self.snapshot_swap, self._charter)
        self._item_ingestion = ItemIngestion(self.snapshot_swap, stores, embedder, clock, self._own_build)
        self._item_ingestion.tell = self.webhooks.tell_of_items
        self._retention = Retention(
            self.snapshot_swap,
            stores,
            clock,
            self.gate,
            settings.ingest.awaiting.days * DAY_SECONDS,
        )
        upkeep = Upkeep(
            *(self.snapshot_swap, stores, embedder, clock, decisions, self.served_log),
            Ledger(settings.data_dir, settings.backup.folder),
        )
        control = Control(upkeep, settings.control)
        parts = Parts(
            upkeep,
            control,
            Interests(control, upkeep, self._recommender),
            Identity(upkeep, settings.control.refused_days),
        )
        self.person = PersonService(parts, self._recommender, self.gate, settings)

    @cached_property
    def continued(self) -> ContinuedAnswers | None:
        """Answers that any process can continue, where several share the database."""
        store, slates, switch = self._stores.continued, self._recommender.slates, self.administrators_switch
        return ContinuedAnswers(store, slates, self.freshness, lambda: switch.ruling) if store else None

    @cached_property
    def freshness(self) -> Freshness:
        """By which answers are proved, where others write to the same database."""
        stores, items = self._stores, self._item_ingestion
        if stores.revisions is None or stores.shared is None:
            return Alone()
        policy = SharedPolicy(stores.shared, self.snapshot_swap)
        self.snapshot_swap.share = policy.tell
        held = self.snapshot_swap, self._decisions
        replica = Replica(stores, stores.revisions, held, items.follow, self._settings.replicas)
        replica.heed = self.administrators_switch.reload, policy.heed
        replica.answered, replica.outdate = self._recommender.slates.people, self._recommender.outdate
        replica.logged, replica.erase = self.served_log.user_ids, self.served_log.erase
        return replica

    def _gate(self) -> IngestionGate:
        settings = self._settings
        check_types(self._charter, settings)
        topics = load_taxonomy(settings.index.sensitive.taxonomy).names
        return IngestionGate(self._charter, settings.firewall.keep_as_seen, topics, settings.events)

    def _administrators_switch(self) -> AdministratorsSwitch:
        switch = PersonalizationSwitch(switches(self._settings.data_dir, self._stores.shared))
        names = self._charter.attributes, self._settings.scenarios
        return AdministratorsSwitch(switch, self._recommender, self.snapshot_swap, self._clock, names)

    def _open_insights(self, decisions: ControlDecisions) -> None:
        settings, clock, declared = self._settings.insights, self._clock, self._charter.served is not None
        self.meters = Meters()
        self.webhooks = Webhooks(self._settings.webhooks, self._settings.data_dir, clock)
        self.snapshot_swap.tell = self.webhooks.tell
        self.served_log = ServedLog(
            ServedFiles(self._settings.served_folder),
            settings if declared else settings.model_copy(update={"served_log": False}),
            lambda user_id: decisions.erased(user_id, clock.settled()) is None,
        )
        segments = Segments(tuple(self._charter.segments), tuple(self._charter.context))
        files = self.served_log.files
        self.insights = Insights(
            self._stores, files, self._settings.events, segments, self.served_log, settings.attribution_hours
        )
        insights = self.insights if self.served_log.enabled else None
        watched = Watched(self.snapshot_swap, self.policies, clock, insights, self._stores, self.webhooks.tell)
        self.watch = Watch(self._settings, watched)
        exposition = Exposition(self.meters, self._gauges, lambda: self.served_log.dropped)
        exposition.registry.register(WatchCollector(self.watch.board, self.snapshot_swap.gauge))
        exposition.registry.register(self.webhooks)
        self.reports = InsightService(self.insights, settings, clock, exposition, self._items)

    @cached_property
    def status(self) -> Status:
        """How every part is."""
        return Status(
            self._settings,
            self._stores,
            self.snapshot_swap,
            self._embedder,
            self._retention,
            self.jobs,
            lambda: self._stores.waiting() + self._event_ingestion.waiting,
            self._rejected_shares,
        )

    @cached_property
    def lists(self) -> Lists:
        """What is popular, what rises, and what there is."""
        floor = CountFloor(tuple(self._charter.segments), self._settings.insights.least_people)
        return Lists(self.snapshot_swap, self._recommender, self._clock, self._settings.trending, floor)

    @cached_property
    def similar_people(self) -> SimilarPeople:
        """Who is like a person."""
        return SimilarPeople(self.snapshot_swap, self._charter, self._clock)

    @cached_property
    def audits(self) -> Audits:
        """Equity audits."""
        return Audits(
            self.insights.reading,
            lambda: Bench(self.snapshot_swap.current, partial(self._recommender.preview, window=False)),
            AuditFolder(self._settings.data_dir),
            self.experiments.folder.all,
            self._charter,
            self._settings.audit,
        )

    @cached_property
    def experiments(self) -> Experiments:
        """Who is answered by which policy."""
        folder = ExperimentFolder(self._settings.data_dir)
        policies, owner = self.snapshot_swap.succession.folder, self._decisions.owner
        made = Experiments(folder, policies, self._clock, owner, self.insights.stored)
        made.salt = self._decisions.salt
        return made

    @cached_property
    def comparisons(self) -> Comparisons:
        """What came of experiments."""
        return Comparisons(self.insights.reading, self.experiments.folder, self._clock.now_datetime)

    @cached_property
    def off_policy(self) -> OffPolicy:
        """What policies that were not served would have earned."""
        folder = self.snapshot_swap.succession.folder
        return OffPolicy(self.insights.reading, folder, self._settings.query, self._clock.now_datetime)

    async def start(self) -> asyncio.Task[None]:
        """Take up the published snapshot, and watch for the next; the task is to be cancelled at the end."""
        remove_leftovers(self._settings.data_dir)
        self._event_ingestion.freshness = await asyncio.to_thread(lambda: self.freshness)  # before people are read
        self.person.fetch_slates = self.continued.fetch_all if self.continued else None
        await self.person.finish_erasures()
        await self.person.finish_resets()
        self._undeclared = await asyncio.to_thread(undeclared, self._settings, self._stores.events)
        warn_of(self._undeclared)
        await self.snapshot_swap.refresh()
        self.experiments.declare(self._settings.experiments)
        self.assign(self.experiments.assigned)
        return asyncio.create_task(self._keep_going())

    def close(self) -> None:
        """Write what waits to be logged; blocks. Afterwards nothing is to be asked of this service."""
        if self._clock.witness is not None:
            self._clock.witness.close()
        self.served_log.close()
        if self.snapshot_swap.engine is not None:
            self.snapshot_swap.engine.close()

    async def _keep_going(self) -> None:
        """What a service does by itself for as long as it runs."""
        self.snapshot_swap.gauge.start()
        try:
            await asyncio.gather(*(self.jobs.keep(name, work) for name, work in self._own_jobs().items()))
        finally:
            self.snapshot_swap.gauge.close()

    def _own_jobs(self) -> dict[str, Work]:
        settings, served_since = self._settings, lambda: self.gate.served_since(self._clock.settled())
        follow = {"follow other processes": self.freshness.forever} if isinstance(self.freshness, Replica) else {}
        own = {"look for a new index": self.snapshot_swap.watch, "build a small index": self._own_build.watch} | follow
        if not is_first():
            return own
        return (
            own
            | self._jobs_of_one()
            | {
                "retention of served answers": partial(
                    delete_old_days, self.served_log.files, served_since, settings.retention.every_hours
                ),
                "alerts": self.watch.forever,
                "webhooks": self.webhooks.forever,
            }
        )

    def _jobs_of_one(self) -> dict[str, Work]:
        """What one process does for all on its database."""
        jobs: dict[str, Work] = {
            "retention": partial(self._retention.forever, self._settings.retention.every_hours),
            "finish resets": partial(self.person.sweep, self._settings.control.sweep_seconds),
        }
        if self._stores.leases is None:
            return jobs
        lease = Lease(self._stores.leases, "upkeep", self._settings.replicas.lease_seconds)
        return {name: partial(lease.under, work) for name, work in jobs.items()} | {"hold the lease": lease.forever}

    async def upsert_items(self, documents: Sequence[ItemDocument]) -> list[bool | FieldProblem]:
        """Add or replace items; for each whether it is new, or what of it the charter does not declare."""
        refused = [self.gate.item(document) for document in documents]
        declared = [document for document, problem in zip(documents, refused, strict=True) if problem is None]
        new = iter(await self._item_ingestion.upsert(declared))
        return [problem if problem is not None else next(new) for problem in refused]

    def told_of_attributes(self, document: ItemDocument) -> str | None:
        """What of an item's attributes is not as declared, in words; None where all is."""
        return mistyped(document, declaration_of(self._settings.attributes))

    async def store_items(self, documents: Sequence[ItemDocument]) -> list[FieldProblem | None]:
        """Keep items for the next build; of each, what of it the charter does not declare, and it is not kept."""
        refused = [self.gate.item(document) for document in documents]
        declared = [document for document, problem in zip(documents, refused, strict=True) if problem is None]
        await self._item_ingestion.store(declared)
        return refused

    async def build(self, progress: Progress) -> str | None:
        """Build the index from all that is stored, and take it up; what went wrong, if anything."""
        await self._own_build(progress)
        return self.snapshot_swap.problem

    def get_item(self, item_id: str, user_id: str | None = None) -> bytes:
        """One item as JSON; where a person asks, only if it may be shown to them.

        Raises:
            ItemNotFoundError: there is none.
        """
        if user_id is not None:
            context = self._recommender.context(user_id, 1, [], choices=Choices(hide_seen=False))
            rows = context.catalogue.rows([item_id])
            if not (rows >= 0).all() or not kept(READABLE, context, rows).all():
                raise ItemNotFoundError(item_id)
        return self._item_ingestion.document(item_id)

    async def patch_item(self, item_id: str, patch: dict[str, Any]) -> bytes:
        """Change an item (RFC 7396); the item as it is then.

        Raises:
            ItemNotFoundError: there is none.
            InvalidPayloadError: it would be no item, or one that the charter does not declare.
        """
        await self._item_ingestion.patch(item_id, patch, self.gate.item)
        return self.get_item(item_id)

    async def delete_item(self, item_id: str) -> None:
        """Take an item out of every answer.

        Raises:
            ItemNotFoundError: there is none.
        """
        if item_id in await self._item_ingestion.delete([item_id]):
            raise ItemNotFoundError(item_id)

    async def delete_items(self, item_ids: Sequence[str]) -> set[str]:
        """Take items out of every answer; those that were not there."""
        return await self._item_ingestion.delete(item_ids)

    async def delete_filtered(self, text: str, confirmed: int | None) -> dict[str, Any]:
        """Take all items that a filter asks for out of every answer, if it is as many as was confirmed; else count.

        Raises:
            CountChangedError: it is another number by now.
            InvalidPayloadError: the filter cannot be read.
        """
        ids, titles = self.lists.asked_for(text)
        if confirmed is None:
            return {"counts": {"deleted": 0, "unknown": 0, "matching": len(ids)}, "results": [], "examples": titles}
        if confirmed != len(ids):
            raise CountChangedError(len(ids))
        unknown = await self._item_ingestion.delete(ids)
        counts = {"deleted": len(ids) - len(unknown), "unknown": len(unknown), "matching": len(ids)}
        return {"counts": counts, "results": []}

    async def ingest(self, events: Sequence[EventDocument]) -> Sequence[EventResult]:
        """Take events in; returns when they are durable and have taken effect."""
        results = await self._event_ingestion.ingest(events)
        self.meters.events.update((event.type, each.status) for event, each in zip(events, results, strict=True))
        return results

    def knows_event(self, user_id: str, event_id: str) -> bool:
        """Whether a person's event was stored before."""
        return self._stores.events.knows(self._decisions.owner(user_id), event_id)

    def _items(self) -> int | None:
        generation = self.snapshot_swap.current_or_none
        return int(generation.catalogue.alive.all().sum()) if generation else None

    def _gauges(self) -> dict[str, float | None]:
        """Values of GAUGES at this moment."""
        generation = self.snapshot_swap.current_or_none
        built = generation.catalogue.snapshot.manifest.created_at.timestamp() if generation else None
        return {
            "penchant_writer_queue": self._stores.waiting() + self._event_ingestion.waiting,
            "penchant_people": len(generation.people) if generation else None,
            "penchant_items": len(generation.catalogue) if generation else None,
            "penchant_snapshot_age_seconds": self._clock.machine() - built if built else None,
            "penchant_personalization_switches": self.administrators_switch.count,
            "penchant_stored_slates": self._recommender.stored_slates,
            "penchant_served_log_waiting": self.served_log.waiting,
            **self.status.gauges(),
        }

    def recommend(self, request: RecommendRequest, *, discreet: bool = False) -> Slate:
        """The slate for one person; `discreet` where they ask themselves."""
        return self._recommender.recommend(request, discreet=discreet)

    def recommend_once(self, request: RecommendRequest) -> Slate:
        """The slate for one person of a batch."""
        return self._recommender.once(request)

    def recommend_page(
        self, request: PageRequest, made: list[Slate] | None = None, *, discreet: bool = False
    ) -> list[Slate]:
        """Several slates for one page, in which no item stands twice."""
        return self._recommender.page(request.requests(), made, discreet=discreet)

    async def similar(self, request: SimilarRequest, *, discreet: bool = False) -> dict[str, Any]:
        """Nearest neighbours of an item or of a text."""
        item_id = request.item_id
        vectors = (
            await self._embedder.embed([request.text], request.user_id or "") if request.text is not None else None
        )
        itself = [item_id] if item_id is not None else []
        choices = replace(self._recommender.choices(request), discreet=discreet)
        scenario, fields = choices.scenario, request.fields or choices.scenario.fields
        context = self._recommender.context(
            request.user_id or "", choices.limit(request), request.exclude, itself, choices
        )
        catalogue = context.catalogue
        if request.text is not None and vectors is not None:
            text, vector = request.text, vectors[0]
            return await answered(lambda: similar_to_text(context, text, vector, fields))
        row = catalogue.row(item_id or "")
        if row < 0:
            raise ItemNotFoundError(item_id or "")
        return await answered(lambda: similar_to_item(context, row, request.by or scenario.by or "both", fields))

    async def item_changes(self) -> bytes:
        """The items' journal, one JSON object a line."""
        changes = await asyncio.to_thread(self._stores.items.changes)
        return b"".join(orjson.dumps(_change(each), option=orjson.OPT_APPEND_NEWLINE) for each in changes)

    async def training_events(self) -> bytes:
        """The events that the index may learn from, without ids of people."""
        return await asyncio.to_thread(self._learnable)

    def _learnable(self) -> bytes:
        log, rows = self._stores.events.columns(), self._stores.users.all()
        return training_events(log, rows, self._settings.events.table()).to_bytes()

    def tally(self, kind: str, results: Sequence[Mapping[str, Any]]) -> None:
        """Count what became of the rows of a body, for the alert on those that are rejected, and by reason."""
        rejected = [each for each in results if each["status"] in REFUSED]
        self.watch.rows.count(len(results), len(rejected), self._clock.machine())
        self.refusals.count(kind, results, self._clock.machine())

    def rejected_rows(self) -> dict[str, Any]:
        """How many rows were rejected lately, and why."""
        return self._rejected_shares() | {"reasons": self.refusals.told()}

    def _rejected_shares(self) -> dict[str, Any]:
        day, before = self.watch.rows.shares(self._clock.machine())
        return {name: {"rows": each.whole, "rejected": each.part} for name, each in (("day", day), ("before", before))}

    async def catalogue_map(self) -> dict[str, Any]:
        """The topics in the plane, with their size and how much they were shown."""
        catalogue, now = self.snapshot_swap.current.catalogue, self._clock.now_datetime()
        await asyncio.to_thread(lambda: catalogue.subjects.plane)
        topics, shown = topics_in_the_plane(catalogue), await asyncio.to_thread(self._exposure, now)
        for each in topics:
            each["slots"], each["people"] = shown.pop(each["topic"], (0, 0))
        gone = sum(slots for slots, _ in shown.values())
        snapshot = catalogue.snapshot.snapshot_id
        return {
            "snapshot": snapshot,
            "days": EXPOSURE_DAYS,
            "logged": self.served_log.enabled,
            "other_slots": gone,
            "topics": topics,
        }

    def _exposure(self, now: datetime) -> dict[str, tuple[int, int]]:
        return exposure_by_topic(self.insights, now) if self.served_log.enabled else {}

    @cached_property
    def trials(self) -> Trials:
        """What other settings would do."""
        return Trials(self.snapshot_swap, self.policies, self._recommender)

    def assign(self, assignment: Callable[[str], Assigned | None]) -> None:
        """Answer people by the experiment that they take part in, or None for what is in force."""
        self._recommender.assignment = assignment

    def transparency(self) -> dict[str, Any]:
        """What anyone may know of how answers are made."""
        generation, tried = self.snapshot_swap.current_or_none, self.experiments.tried()
        told = transparency_payload(self._settings, self._charter, generation, tried)
        return told | {"switched_off": self.administrators_switch.in_force()}

    async def awaiting(self) -> dict[str, Any]:
        """How many events wait for items that the catalogue does not have, and what became of those that did."""
        if self.freshness.away is not None:  # to ask would be to wait
            raise self.freshness.away.with_traceback(None)
        found = await asyncio.to_thread(self._stores.events.awaiting)
        since = None if found.since is None else moment(found.since)
        waiting = {"events": found.events, "people": found.people, "items": found.items, "since": since}
        return waiting | {outcome: found.outcomes.get(outcome, 0) for outcome in OUTCOMES}

    async def awaited_items(self, limit: int) -> list[dict[str, Any]]:
        """Items that the catalogue does not have and for which events wait, those with most events first."""
        found = await asyncio.to_thread(self._stores.events.awaited_items)
        return [asdict(each) | {"since": moment(each.since)} for each in found[:limit]]

    def readiness(self) -> dict[str, Any]:
        """Whether requests can be answered, and from what."""
        generation, failing = self.snapshot_swap.current_or_none, self._stores.problem()
        writes: dict[str, Any] = {"writes": "failing" if failing else "taken"}
        missing = backup_problem(self._settings.data_dir, self._settings.backup)
        last = read_outcome(self._settings.data_dir)
        writes["backup"] = last.model_dump(mode="json") if last else None
        leap = self._retention.problem
        reasons = [
            *(each for each in (failing, missing, leap) if each),
            *self._stores.losses(),
            *self.status.problems(),
        ]
        if generation is None:
            nothing = self.snapshot_swap.problem or NOTHING_YET
            return {"ready": False, "state": "not_ready", "reasons": [nothing, *reasons], **writes}
        manifest = generation.catalogue.snapshot.manifest
        reasons = [*([self.snapshot_swap.problem] if self.snapshot_swap.problem else []), *reasons]
        return {
            "ready": True,
            "state": "degraded" if reasons else "ready",
            "reasons": reasons,
            **writes,
            "snapshot": manifest.snapshot_id,
            "policy": generation.environment.policy,
            "items": len(generation.catalogue),
            "people": len(generation.people),
            "events_sequence": generation.people.newest,
            "vectors": manifest.method,
            "recall_at_10": manifest.recall_at_10,
            "unread_items": sum(each.unread_items for each in manifest.reading.values()),
            "reading": {language: each.model_dump() for language, each in manifest.reading.items()},
            "set_aside": generation.people.set_aside(),
            "undeclared_events": self._undeclared,
            "not_finite": generation.environment.faults.counts(),
        }


def _change(change: ItemChange) -> dict[str, Any]:
    document = orjson.Fragment(change.document) if change.document is not None else None
    return {
        "version": change.version,
        "item_id": change.item_id,
        "document": document,
        "changed_at": change.changed_at,
    }


def clock_of(settings: Settings) -> Clock:
    """The clock of a data folder, which remembers what time it was."""
    if settings.as_of is not None:
        return Clock(settings.as_of)
    return Clock(witness=ClockWitness(settings.data_dir, settings.retention.steady_hours))
