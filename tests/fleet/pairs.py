"""Pairs: an event through one replica, the next request through another; what does not follow the event is a miss."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any
from urllib.parse import quote

import orjson

from scripts.benchmarks.serving.connection import Connections, Reply, get, post

PATIENCE_SECONDS = 120.0
PAUSE_SECONDS = 0.1


@dataclass(slots=True)
class Books:
    """What became of pairs.

    Attributes:
        apart: pairs whose request went to another replica than the event.
        together: the others.
        missed: what the next answer did not follow, in words.
        acknowledged: ids of events, by person.
        asked_again: requests that got no answer, or none that says what was done, by status.
    """

    apart: int = 0
    together: int = 0
    missed: list[str] = field(default_factory=list)
    acknowledged: dict[str, list[str]] = field(default_factory=dict)
    asked_again: Counter[int] = field(default_factory=Counter)


class Pairs:
    """People who like the first item of their slate, and then ask for another.

    Args:
        port: of the balancer.
        limit: items of a slate.
    """

    def __init__(self, port: int, limit: int = 5) -> None:
        self.books, self._connections, self._limit = Books(), Connections(port), limit
        self.ending = False

    async def run(self, people: list[str], each: int, at_a_time: int = 8) -> Books:
        """So many pairs of everybody, of so many people at a time."""
        left = iter(people)

        async def some() -> None:
            for user_id in left:
                await self._person(user_id, each)

        await asyncio.gather(*(some() for _ in range(at_a_time)))
        await self._connections.close()
        return self.books

    async def _person(self, user_id: str, each: int) -> None:
        _, slate = await self._slate(user_id)
        for number in range(each):
            if self.ending:
                return
            liked = slate[0]
            event_id = f"{user_id}-{number}"
            wrote = await self._tell(user_id, event_id, liked)
            read, slate = await self._slate(user_id)
            self.books.apart += wrote != read
            self.books.together += wrote == read
            if liked in slate:
                self.books.missed.append(f"{user_id}: {liked} was told to {wrote}, and {read} did not know")

    async def _tell(self, user_id: str, event_id: str, item_id: str) -> str:
        now = datetime.now(UTC).isoformat()
        event = {"event_id": event_id, "user_id": user_id, "item_id": item_id, "type": "like", "occurred_at": now}
        reply = await self._answered(post("/events", orjson.dumps(event)))
        (row,) = orjson.loads(reply.body)["results"]
        if row["status"] not in {"accepted", "duplicate"}:
            self.books.missed.append(f"{event_id} is {row}")
        self.books.acknowledged.setdefault(user_id, []).append(event_id)
        return replica_of(reply)

    async def _slate(self, user_id: str) -> tuple[str, list[str]]:
        reply = await self._answered(get(f"/recommend?user_id={quote(user_id)}&limit={self._limit}"))
        return replica_of(reply), [row["item_id"] for row in orjson.loads(reply.body)["items"]]

    async def _answered(self, request: bytes) -> Reply:
        """The answer that counts; asked again until there is one, as everybody should who has something to tell."""
        async with asyncio.timeout(PATIENCE_SECONDS):
            while True:
                status = 0
                try:
                    reply = await self._connections.send(request)
                except (OSError, asyncio.IncompleteReadError):
                    pass
                else:
                    if reply.status == 200 and not stale(reply):
                        return reply
                    status = reply.status
                self.books.asked_again[status] += 1
                await asyncio.sleep(PAUSE_SECONDS)


def stale(reply: Reply) -> bool:
    """Whether an answer says that it may be behind."""
    return b'"stale":true' in reply.body


def replica_of(reply: Reply) -> str:
    """The name that the balancer wrote into the head."""
    lines = dict(line.split(b": ", 1) for line in reply.head.split(b"\r\n") if b": " in line)
    return lines[b"x-replica"].decode()


def run_pairs(port: int, people: list[str], each: int, meanwhile: Callable[[], None] | None = None) -> Books:
    """Run pairs, and something else in a thread meanwhile."""

    async def both() -> Books:
        pairs = Pairs(port)
        beside = asyncio.create_task(asyncio.to_thread(meanwhile)) if meanwhile else None
        books = await pairs.run(people, each)
        if beside is not None:
            await beside
        return books

    return asyncio.run(both())


def faults(exports: dict[str, Any], books: Books) -> list[str]:
    """Of these people, acknowledged events that their exports do not have, or have more than once, and others."""
    found = []
    for user_id, export in exports.items():
        acknowledged = books.acknowledged[user_id]
        told = Counter(row["event_id"] for row in export["events"])
        found += [f"lost: {each}" for each in acknowledged if each not in told]
        found += [f"twice: {each}" for each, times in told.items() if times > 1]
        found += [f"unknown: {each}" for each in told if each not in acknowledged]
    return found
