"""Where an item goes that comes over HTTP: encoded, made durable, then searchable, before it is acknowledged."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import asdict, dataclass
from itertools import compress
from typing import Any, Final

import numpy as np
import orjson

from app.clock import Clock
from app.errors import InvalidPayloadError, ItemNotFoundError
from app.merge_patch import merge_patch
from app.serving.catalogue import Catalogue
from app.serving.embedder import Embedder
from app.serving.generation import Generation, apply_change, encode_items
from app.serving.own_build import OwnBuild
from app.serving.snapshot_swap import SnapshotSwap
from app.storage.protocols import Stores
from app.webhooks.messages import MessageName
from indexer.documents import ItemDocument
from indexer.mends import Mends
from indexer.problems import FieldProblem
from indexer.validation import parse

_CALLER: Final = "items"
"""As whom items' texts wait to be read."""

TellOfItems = Callable[[Mapping[MessageName, Sequence[str]]], Awaitable[None]]
"""Awaited before a change is acknowledged, with the ids of the items by what became of them."""


async def _nobody(_told: Mapping[MessageName, Sequence[str]]) -> None:
    """Tells nobody."""


class ItemIngestion:
    """Changes to the catalogue between two builds of the index."""

    def __init__(
        self, snapshot_swap: SnapshotSwap, stores: Stores, embedder: Embedder, clock: Clock, own_build: OwnBuild
    ) -> None:
        self._snapshot_swap = snapshot_swap
        self._stores = stores
        self._embedder = embedder
        self._clock = clock
        self._own_build = own_build
        self._one_at_a_time = asyncio.Lock()
        self.tell: TellOfItems = _nobody

    def document(self, item_id: str) -> bytes:
        """One item as JSON, and its sensitivity.

        Raises:
            ItemNotFoundError: unknown or deleted.
        """
        catalogue = self._snapshot_swap.current.catalogue
        row = catalogue.row(item_id)
        if row < 0:
            raise ItemNotFoundError(item_id)
        document = catalogue.document(row)
        told = orjson.dumps({"sensitivity": _sensitivity(catalogue, row, document)})
        return document[:-1] + b"," + told[1:]

    async def upsert(self, documents: Sequence[ItemDocument]) -> list[bool]:
        """Add or replace items; for each whether it is new. Of equal ids the last one stays."""
        async with self._one_at_a_time:
            return await self._upsert(documents)

    async def patch(
        self, item_id: str, patch: dict[str, Any], refused: Callable[[ItemDocument], FieldProblem | None]
    ) -> None:
        """Change an item as it is at that moment (RFC 7396); a text that stays is not encoded again.

        Args:
            item_id: which.
            patch: what changes.
            refused: what is wrong with the item that it becomes, if anything.

        Raises:
            ItemNotFoundError: there is none.
            InvalidPayloadError: it would be no item.
        """
        async with self._one_at_a_time:
            catalogue = self._snapshot_swap.current.catalogue
            row = catalogue.row(item_id)
            if row < 0:
                raise ItemNotFoundError(item_id)
            if patch.get("item_id", item_id) != item_id:
                raise InvalidPayloadError([FieldProblem("item_id", "cannot be changed")])
            changed = parse(ItemDocument, merge_patch(orjson.loads(catalogue.document(row)), patch), Mends())
            if isinstance(changed, list):
                raise InvalidPayloadError(changed)
            if problem := refused(changed):
                raise InvalidPayloadError([problem])
            await self._upsert([changed])

    async def _upsert(self, documents: Sequence[ItemDocument]) -> list[bool]:
        if documents and self._own_build.possible():
            return await self._begin(documents)
        ids = [each.item_id for each in documents]
        known = self._snapshot_swap.current.catalogue.rows(ids) >= 0
        texts = [each.content() for each in documents]
        await self._embedder.embed([*texts, *{tag for each in documents for tag in each.tags}], _CALLER)
        rows = _rows(documents)
        async with self._snapshot_swap.ingest_lock.together():
            generation = self._snapshot_swap.current
            items = await asyncio.to_thread(encode_items, generation.catalogue, documents, self._embedder)
            versions = await self._stores.items.upsert(rows, self._clock.machine())
            for item in items:
                generation.catalogue.put(item)
            generation.reach(versions)
            concerned = _Concerned.of(generation, list(compress(ids, known)), list(compress(ids, ~known)))
        await self._settle(concerned)
        await self.tell({"item.added": list(compress(ids, ~known)), "item.changed": list(compress(ids, known))})
        return [not each for each in known.tolist()]

    async def follow(self) -> None:
        """Take in what others changed who write to the same journal."""
        async with self._one_at_a_time:
            async with self._snapshot_swap.ingest_lock.together():
                generation = self._snapshot_swap.current
                changes = await asyncio.to_thread(self._stores.items.changes, generation.items)
                ids = [change.item_id for change in changes]
                known = generation.catalogue.rows(ids) >= 0
                concerned = _Concerned.of(generation, list(compress(ids, known)), list(compress(ids, ~known)))
                documents = [ItemDocument.kept(change.document) for change in changes if change.document]
                items = await asyncio.to_thread(encode_items, generation.catalogue, documents, self._embedder)
                encoded = {item.document.item_id: item for item in items}
                for change in changes:
                    apply_change(generation.catalogue, change, encoded)
                newest = max([generation.version, *(change.version for change in changes)])
                generation.version = generation.items = newest
            await self._settle(concerned)

    async def store(self, documents: Sequence[ItemDocument]) -> None:
        """Keep items for the next build of the index, without putting them in service before; of equal ids the last."""
        await self._stores.items.upsert(_rows(documents), self._clock.machine())

    async def _begin(self, documents: Sequence[ItemDocument]) -> list[bool]:
        """The same for the first items of a catalogue that begins over HTTP: they become its first snapshot."""
        before = await asyncio.to_thread(self._stores.items.changes)
        held = {change.item_id for change in before if change.document is not None}
        await self._stores.items.upsert(_rows(documents), self._clock.machine())
        await self._own_build()
        new = [each.item_id not in held for each in documents]
        ids = [each.item_id for each in documents]
        await self.tell({"item.added": list(compress(ids, new))})
        return new

    async def delete(self, item_ids: Sequence[str]) -> set[str]:
        """Take items out of every answer and of everybody's state; those that were not there, or no longer."""
        async with self._one_at_a_time:
            wanted = list(dict.fromkeys(item_ids))
            rows = self._snapshot_swap.current.catalogue.rows(wanted)
            there = list(compress(wanted, rows >= 0))
            if there:
                async with self._snapshot_swap.ingest_lock.together():
                    versions = await self._stores.items.delete(there, self._clock.machine())
                    generation = self._snapshot_swap.current
                    concerned = _Concerned.of(generation, there)
                    for row in generation.catalogue.rows(there).tolist():
                        if row >= 0:
                            generation.catalogue.delete(row)
                    generation.reach(versions)
                await self._settle(concerned)
                await self.tell({"item.removed": there})
        return set(wanted) - set(there)

    async def _settle(self, concerned: _Concerned) -> None:
        """States and popularity rest on what has just changed: rebuild the people concerned from the log."""
        users = list(concerned.users)
        if concerned.missing:
            users += await asyncio.to_thread(self._stores.events.users_of, concerned.missing)
        if users:
            async with self._snapshot_swap.ingest_lock.alone():
                await self._snapshot_swap.adopt(concerned.missing)
                await self._snapshot_swap.reload(users)


@dataclass(frozen=True, slots=True)
class _Concerned:
    """Whom a change of items concerns.

    Attributes:
        users: people with an event on an item that was there before.
        missing: new items of which something is stored from before they came; the log knows of whom.
    """

    users: Sequence[str]
    missing: Sequence[str]

    @classmethod
    def of(cls, generation: Generation, known: Sequence[str], new: Sequence[str] = ()) -> _Concerned:
        """By items that were there before and items that were not."""
        users = generation.people.with_events_on(generation.catalogue.rows(known)) if known else ()
        return cls(users, generation.people.missing(new))


def _sensitivity(catalogue: Catalogue, row: int, document: bytes) -> dict[str, Any]:
    """Whether an item is kept from people who permit nothing, and the evidence of its topics."""
    topics = catalogue.sensitive_topics
    found = topics.examiner(catalogue.snapshot.heads)(
        ItemDocument.model_validate_json(document), catalogue.content.at(row)
    )
    told = ({name: said for name, said in asdict(each).items() if said is not None} for each in found)
    shown = catalogue.firewall.recommendable(catalogue.sensitive.at(row), np.uint64(0))
    return {"withheld": not shown, "topics": list(told)}


def _rows(documents: Sequence[ItemDocument]) -> list[tuple[str, bytes]]:
    return [(each.item_id, each.model_dump_json(exclude_none=True).encode()) for each in documents]
