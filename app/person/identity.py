"""Who a person is: an anonymous session that becomes a known person, and a person who is to be erased."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, replace
from typing import Any

from app.errors import ForbiddenError, MergeRefusedError
from app.merge_patch import merge_patch
from app.person.explicit import document_of, profile_of
from app.person.upkeep import Upkeep, cached_texts
from app.storage.rows import ErasedId, Merge, UserRow
from indexer.documents import UserDocument
from models.user_state import DAY_SECONDS


@dataclass(frozen=True, slots=True)
class Erased:
    """What an erasure deleted.

    Attributes:
        ids: the person's ids, aliases too.
        rows: how many rows went, by store.
        rewritten: whether the database file was written anew, since it held bytes of what was deleted.
        refused_until: until when what arrives of these ids is refused, seconds since 1970.
    """

    ids: tuple[str, ...]
    rows: dict[str, int]
    rewritten: bool
    refused_until: float


class Identity:
    """Merging and erasing."""

    def __init__(self, upkeep: Upkeep, refused_days: float) -> None:
        """`refused_days` for which what arrives of an erased person is refused."""
        self._refused_seconds = refused_days * DAY_SECONDS
        self._upkeep = upkeep
        self._stores = upkeep.stores

    async def merge(self, user_id: str, source: str, key_id: str | None = None) -> bool:
        """Make another id's history this person's; False where that was done before.

        What both state of themselves stays as this person states it. What is permitted by a person of whom anything was
        stored before stays as it is.

        Raises:
            MergedAwayError: this person's id was itself merged into another.
            ErasedError: one of the two was erased.
            MergeRefusedError: either has switched personalization off, or the other id is somebody else's already.
        """
        decisions = self._upkeep.decisions
        async with self._upkeep.snapshot_swap.ingest_lock.alone():
            self._upkeep.check(user_id)
            owner = decisions.owner(source)
            if user_id in {owner, source}:
                return False
            if owner != source:
                raise MergeRefusedError("The other id was merged into somebody else's before.")
            self._upkeep.check(source)
            mine, theirs = await asyncio.gather(*map(self._row, (user_id, source)))
            if any(_opted_out(row) for row in (mine, theirs)):
                raise MergeRefusedError("One of the two has switched personalization off.")
            try:
                profile = _profile(user_id, mine, source, theirs)
                await self._stores.identities.merge(Merge(source, user_id, profile, self._upkeep.clock.now()))
                await self._upkeep.record(user_id, "merged", key_id)
            finally:
                await self._upkeep.reload((user_id, source))
        return True

    async def erase(self, user_id: str) -> Erased:
        """Delete all that is held of a person, in memory, in the database, and in its file's bytes.

        An id that was merged into another person's is cut off from them: what came from it is theirs.
        """
        await asyncio.to_thread(self._upkeep.served.flush)  # what waits would lose its name, and not be counted
        await self._forget_texts(user_id)
        async with self._upkeep.snapshot_swap.ingest_lock.alone():
            ids = (user_id, *self._upkeep.decisions.aliases_of(user_id))
            until = self._upkeep.clock.settled() + self._refused_seconds
            begun = [await self._refuse(each, until) for each in ids]
            texts, rows = await self._delete(ids)
        rows |= {"embedded_texts": len(texts)}
        return Erased(ids, *await self._finish(ids, texts, rows, begun), until)

    async def finish_erasures(self) -> int:
        """Go on with erasures that a process began and did not end, as when it was killed; of how many ids.

        The database knows such an id by its digest only, so that everybody is looked at of whom anything is left.
        """
        decisions = self._upkeep.decisions
        begun = list(decisions.unfinished())
        if begun:
            stores, served = self._stores, self._upkeep.served
            known = await asyncio.to_thread(lambda: {*stores.identities.known_ids(), *served.user_ids()})
            ids = tuple(user_id for user_id in known if decisions.digest(user_id) in begun)
            await self._forget_texts(*ids)
            async with self._upkeep.snapshot_swap.ingest_lock.alone():
                texts, rows = await self._delete(ids)
            await self._finish(ids, texts, rows, begun)
        return len(begun)

    async def _finish(
        self, ids: tuple[str, ...], texts: set[str], rows: dict[str, int], begun: list[str]
    ) -> tuple[dict[str, int], bool]:
        """What needs nobody to wait: rows by store, and whether the database's file was rewritten."""
        await self._upkeep.embedder.forget(texts)
        rows |= {"served": await asyncio.to_thread(self._upkeep.served.erase, ids)}
        rewritten = await self._stores.rewrite()
        await self._end(begun)
        return rows, rewritten

    async def _end(self, begun: list[str]) -> None:
        decisions = self._upkeep.decisions
        for each in (known for digest, known in decisions.unfinished().items() if digest in begun):
            await self._stores.identities.put_erased(replace(each, unfinished=False))
        await decisions.reload((), begun)

    async def _forget_texts(self, *ids: str) -> None:
        """Before their rows go, since after a crash in between nobody would know what they stated."""
        await self._upkeep.embedder.forget(await asyncio.to_thread(self._texts, ids))

    def _texts(self, ids: tuple[str, ...]) -> set[str]:
        return cached_texts(*(document_of(each, self._stores.users.get(each)) for each in ids))

    async def take_back(self, user_id: str, issued_at: float | None = None) -> ErasedId | None:
        """Take in again who was erased, with what happens from now on; what is known of the erasure, if anything.

        Raises:
            ForbiddenError: the token that asks for it was issued before the erasure, which it is not to outlive.
        """
        async with self._upkeep.snapshot_swap.ingest_lock.alone():
            erased = self._upkeep.decisions.erased(user_id, self._upkeep.clock.settled())
            if erased is None or erased.returned_at is not None:
                return erased
            if issued_at is not None and issued_at <= erased.erased_at:
                raise ForbiddenError("The token was issued before the person was erased.")
            returned = replace(erased, returned_at=self._upkeep.clock.settled())
            await self._upkeep.enter("returned", self._upkeep.decisions.digest(user_id))
            await self._stores.identities.put_erased(returned)
            await self._upkeep.reload((user_id,))
        return returned

    async def _refuse(self, user_id: str, until: float) -> str:
        """Note that an id is being erased; the digest by which it is known."""
        digest = self._upkeep.decisions.digest(user_id)
        await self._upkeep.enter("erased", digest, until)
        await self._stores.identities.put_erased(ErasedId(digest, self._upkeep.clock.settled(), until, unfinished=True))
        return digest

    async def _row(self, user_id: str) -> UserRow | None:
        return await asyncio.to_thread(self._stores.users.get, user_id)

    async def _delete(self, ids: tuple[str, ...]) -> tuple[set[str], dict[str, int]]:
        """Delete their rows; what they stated, and how many rows went.

        All deletions are handed in at once, so that they are on the disk together.
        """
        stores, texts = self._stores, await asyncio.to_thread(self._texts, ids)
        try:
            waiting = [
                (name, delete(user_id))
                for user_id in ids
                for name, delete in (
                    ("events", stores.events.delete_user),
                    ("users", stores.users.delete),
                    ("forgettings", stores.forgettings.delete_user),
                    ("identities", stores.identities.delete_user),
                )
            ]
            rows: dict[str, int] = {}
            for name, pending in waiting:
                rows[name] = rows.get(name, 0) + int(await pending)
        finally:
            await self._upkeep.reload(ids)
        return texts, rows


def _profile(user_id: str, mine: UserRow | None, source: str, theirs: UserRow | None) -> bytes | None:
    """What a person states to whom `source` is merged; None where that stays as it is."""
    given = document_of(source, theirs)
    if mine is not None:  # who has an account has decided there what is permitted, were it by a withdrawal
        given = given.model_copy(update={"allowed_sensitive_topics": []})
    return profile_of(united(document_of(user_id, mine), given)) if theirs else None


def united(mine: UserDocument, theirs: UserDocument) -> UserDocument:
    """What two people state who turn out to be one: each field as the first states it or else as the second does."""
    stated: list[dict[str, Any]] = [
        each.model_dump(mode="json", exclude_defaults=True, exclude_none=True, exclude={"user_id"})
        for each in (theirs, mine)
    ]
    return UserDocument.model_validate({**merge_patch(*stated), "user_id": mine.user_id}, strict=False)


def _opted_out(row: UserRow | None) -> bool:
    return row is not None and not row.personalization
