"""Turns at something that serves one at a time: callers take turns, however much each of them has to do."""

from __future__ import annotations

import asyncio
from collections import OrderedDict, deque
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from app.errors import UnavailableError


class TurnsTakenError(UnavailableError):
    """Too many wait already, of this caller or of all."""

    slug, title = "busy", "Too many texts are waiting"

    def __init__(self) -> None:
        super().__init__("Too many texts wait to be read. Try again in a second.", headers={"Retry-After": "1"})


class FairTurns:
    """Shared by coroutines of one event loop. Among callers it goes round, each caller's own wait in order.

    Args:
        of_one: how many of one caller may wait.
        of_all: how many in all.
    """

    def __init__(self, of_one: int, of_all: int) -> None:
        self._of_one, self._of_all = of_one, of_all
        self._waiting: OrderedDict[str, deque[asyncio.Future[None]]] = OrderedDict()
        self._taken = False

    @property
    def waiting(self) -> int:
        """How many wait, of all callers."""
        return sum(map(len, self._waiting.values()))

    @asynccontextmanager
    async def turn(self, caller: str) -> AsyncIterator[None]:
        """One turn.

        Raises:
            TurnsTakenError: too many wait.
        """
        if self._taken:
            await self._wait(caller)
        self._taken = True
        try:
            yield
        finally:
            self._hand_on()

    async def _wait(self, caller: str) -> None:
        own = self._waiting.get(caller, ())
        if len(own) >= self._of_one or self.waiting >= self._of_all:
            raise TurnsTakenError
        mine: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._waiting.setdefault(caller, deque()).append(mine)
        try:
            await mine
        except asyncio.CancelledError:
            if mine.cancelled():
                self._leave(caller, mine)
            else:
                self._hand_on()  # it was this one's turn
            raise

    def _leave(self, caller: str, mine: asyncio.Future[None]) -> None:
        own = self._waiting[caller]
        own.remove(mine)
        if not own:
            del self._waiting[caller]

    def _hand_on(self) -> None:
        """To the first of the caller who has waited longest for one."""
        if not self._waiting:
            self._taken = False
            return
        caller, own = self._waiting.popitem(last=False)
        own.popleft().set_result(None)
        if own:
            self._waiting[caller] = own
