"""A lease: of all processes on one database one at a time does what is done once, such as deleting for age.

What is done under it does no harm twice: who was cut off may go on until its time is over.
"""

from __future__ import annotations

import asyncio
from contextlib import suppress
from time import monotonic
from typing import Final
from uuid import uuid4

from app.jobs import Work
from app.storage.errors import DatabaseFailingError
from app.storage.protocols import LeaseStore

_RENEWALS: Final = 3
"""In the time for which a lease is held."""


class Lease:
    """Held by this process, or by another.

    Args:
        store: where it is kept.
        name: of the lease.
        seconds: for which it is held without being renewed; then another process takes it.
    """

    def __init__(self, store: LeaseStore, name: str, seconds: float) -> None:
        self._store, self._name, self._seconds = store, name, seconds
        self._holder = uuid4().hex
        self._held, self._lost = asyncio.Event(), asyncio.Event()
        self._lost.set()

    @property
    def held(self) -> bool:
        """Whether this process holds it."""
        return self._held.is_set()

    async def forever(self) -> None:
        """Take and renew it until cancelled, and give it back then."""
        try:
            while True:
                await self.renew()
                await asyncio.sleep(self._seconds / _RENEWALS)
        finally:
            self._let_go()
            with suppress(DatabaseFailingError):  # then its time ends by itself
                await asyncio.to_thread(self._store.give_back, self._name, self._holder)

    async def renew(self) -> None:
        """Take it, or hold it for longer; it is lost as soon as nothing says that it is held."""
        asked = monotonic()
        try:
            taken = await asyncio.to_thread(self._store.take, self._name, self._holder, self._seconds)
        except DatabaseFailingError:
            taken = False
        if taken and monotonic() - asked < self._seconds / _RENEWALS:
            self._lost.clear()
            self._held.set()
        else:
            self._let_go()

    async def under(self, work: Work) -> None:
        """Do something while the lease is held, again and again; what fails is raised."""
        while True:
            await self._held.wait()
            doing, losing = asyncio.create_task(work()), asyncio.create_task(self._lost.wait())
            try:
                await asyncio.wait({doing, losing}, return_when=asyncio.FIRST_COMPLETED)
                if doing.done():
                    return doing.result()
            finally:
                for task in (doing, losing):
                    task.cancel()
                await asyncio.wait({doing, losing})

    def _let_go(self) -> None:
        self._held.clear()
        self._lost.set()
