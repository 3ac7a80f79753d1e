"""The service: what an endpoint calls, one hop from HTTP and one hop from the part that does the work."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from typing import Any

import orjson

from app.charter.charter import load_charter
from app.charter.gate import Gate
from app.clock import Clock
from app.errors import ItemNotFoundError
from app.person.control import Control
from app.person.identity import Identity
from app.person.interests import Interests
from app.person.service import Parts, PersonService
from app.person.upkeep import Upkeep
from app.pipeline.slate import Slate
from app.requests import RecommendRequest, SimilarRequest
from app.retention import Retention
from app.serving.cataloguing import Cataloguing
from app.serving.decisions import Decisions
from app.serving.embedder import Embedder
from app.serving.ingestion import EventResult, Ingestion
from app.serving.learnable import learnable
from app.serving.recommending import Recommending
from app.serving.rollover import Rollover
from app.serving.similar import similar_payload
from app.settings import Settings
from app.storage.protocols import ItemChange, Stores
from app.transparency import transparency_payload
from indexer.documents import EventDocument, ItemDocument
from indexer.problems import FieldProblem


class Service:
    """Everything behind the endpoints."""

    def __init__(self, settings: Settings, stores: Stores, embedder: Embedder) -> None:
        clock = Clock(settings.as_of)
        self._settings = settings
        self._stores = stores
        self._clock = clock
        self._embedder = embedder
        self.rollover = Rollover(settings, stores, embedder, clock)
        self._recommending = Recommending(self.rollover, clock, settings.query, settings.paging)
        self._charter = load_charter(settings.charter)
        self.gate = Gate(self._charter, settings.firewall.keep_as_seen)
        decisions = Decisions(stores)
        self._ingestion = Ingestion(
            self.rollover, stores, clock, (self.gate, decisions), settings.ingest.future_tolerance_seconds
        )
        self._cataloguing = Cataloguing(self.rollover, stores, embedder, clock)
        self._retention = Retention(self.rollover, stores, clock, self.gate)
        self._sweep_seconds = settings.control.sweep_seconds
        upkeep = Upkeep(self.rollover, stores, embedder, clock, decisions)
        control = Control(upkeep, settings.control)
        parts = Parts(upkeep, control, Interests(control, upkeep, self._recommending), Identity(upkeep))
        self.person = PersonService(parts, self._recommending, self.gate, settings)

    async def start(self) -> asyncio.Task[None]:
        """Take up the published snapshot, and watch for the next; the task is to be cancelled at the end."""
        await self.person.finish_resets()
        await self.rollover.refresh()
        return asyncio.create_task(self._keep_going())

    async def _keep_going(self) -> None:
        """What a service does by itself for as long as it runs."""
        await asyncio.gather(
            self.rollover.watch(),
            self._retention.forever(self._settings.retention.every_hours),
            self.person.sweep(self._sweep_seconds),
        )

    async def upsert_items(self, documents: Sequence[ItemDocument]) -> list[bool | FieldProblem]:
        """Add or replace items; for each whether it is new, or what of it the charter does not declare."""
        refused = [self.gate.item(document) for document in documents]
        declared = [document for document, problem in zip(documents, refused, strict=True) if problem is None]
        new = iter(await self._cataloguing.upsert(declared))
        return [problem if problem is not None else next(new) for problem in refused]

    def get_item(self, item_id: str) -> bytes:
        """One item as JSON."""
        return self._cataloguing.document(item_id)

    async def delete_item(self, item_id: str) -> None:
        """Take an item out of every answer."""
        await self._cataloguing.delete(item_id)

    async def ingest(self, events: Sequence[EventDocument]) -> list[EventResult]:
        """Take events in; returns when they are durable and have taken effect."""
        return await self._ingestion.ingest(events)

    def recommend(self, request: RecommendRequest) -> Slate:
        """The slate for one person."""
        return self._recommending.recommend(request)

    async def similar(self, request: SimilarRequest) -> dict[str, Any]:
        """Nearest neighbours of an item or of a text."""
        user_id, item_id = request.user_id or "", request.item_id
        vectors = await self._embedder.embed([request.text]) if request.text is not None else None
        context = self._recommending.context(user_id, request.limit, [item_id] if item_id is not None else [])
        catalogue = context.catalogue
        if vectors is not None:
            return similar_payload(context, catalogue.space.engage_of(vectors)[0], None)
        row = catalogue.row(item_id or "")
        if row < 0:
            raise ItemNotFoundError(item_id or "")
        return similar_payload(context, catalogue.engage.at(row), row)

    async def item_changes(self) -> bytes:
        """The items' journal, one JSON object a line."""
        changes = await asyncio.to_thread(self._stores.items.changes)
        return b"".join(orjson.dumps(_change(each), option=orjson.OPT_APPEND_NEWLINE) for each in changes)

    async def learnable_events(self) -> bytes:
        """The events that the index may learn from, without ids of people."""
        return await asyncio.to_thread(self._learnable)

    def _learnable(self) -> bytes:
        log, rows = self._stores.events.columns(), self._stores.users.all()
        return learnable(log, rows, self._settings.events.table()).to_bytes()

    def transparency(self) -> dict[str, Any]:
        """What anyone may know of how answers are made."""
        return transparency_payload(self._settings, self._charter, self.rollover.current_or_none)

    def readiness(self) -> dict[str, Any]:
        """Whether requests can be answered, and from what."""
        generation = self.rollover.current_or_none
        if generation is None:
            return {"ready": False, "reasons": [self.rollover.problem or "no snapshot has been published yet"]}
        manifest = generation.catalogue.snapshot.manifest
        return {
            "ready": True,
            "reasons": [self.rollover.problem] if self.rollover.problem else [],
            "snapshot": manifest.snapshot_id,
            "items": len(generation.catalogue),
            "people": len(generation.people),
            "events_sequence": generation.sequence,
            "vectors": manifest.method,
            "recall_at_10": manifest.recall_at_10,
        }


def _change(change: ItemChange) -> dict[str, Any]:
    document = orjson.Fragment(change.document) if change.document is not None else None
    return {
        "version": change.version,
        "item_id": change.item_id,
        "document": document,
        "changed_at": change.changed_at,
    }
