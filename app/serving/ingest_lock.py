"""Ingest lock: events are taken in many at a time; who changes what they rest on does so alone.

An event is made durable first and learned from afterwards. In between, nobody may rebuild its person from the log, or
the event would count twice, or count although it has just been forgotten.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager


class IngestLock:
    """Shared by coroutines of one event loop; who wants to be alone goes before those who come later."""

    def __init__(self) -> None:
        self._changed = asyncio.Condition()
        self._inside = 0
        self._taken = False

    @asynccontextmanager
    async def together(self) -> AsyncIterator[None]:
        """A turn beside others of its kind."""
        async with self._changed:
            await self._changed.wait_for(lambda: not self._taken)
            self._inside += 1
        try:
            yield
        finally:
            async with self._changed:
                self._inside -= 1
                self._changed.notify_all()

    @asynccontextmanager
    async def alone(self) -> AsyncIterator[None]:
        """A turn beside nobody. Not to be nested: the inner one would wait for the outer one."""
        async with self._changed:
            await self._changed.wait_for(lambda: not self._taken)
            self._taken = True
        try:
            async with self._changed:
                await self._changed.wait_for(lambda: not self._inside)
            yield
        finally:
            async with self._changed:
                self._taken = False
                self._changed.notify_all()
