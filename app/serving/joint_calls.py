"""Joint calls: what several callers ask for at about the same time is carried out for all of them together.

Whoever asks while a group is under way waits for the next, so that groups are as large as the load is heavy, and a
caller who is alone waits for nobody.
"""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Awaitable, Callable, Sequence
from typing import Final, Generic, TypeVar

from app.storage.errors import WriterBusyError

Value = TypeVar("Value")
Result = TypeVar("Result")

_UNDER_WAY: Final = 2
"""Groups at a time: one is made ready while the other is on its way to the disk."""
_MOST: Final = 512
"""Values of a group, as far as they are not of one caller, lest the others wait too long for the event loop."""


class JointCalls(Generic[Value, Result]):
    """Carries out calls of one event loop, in order of arrival.

    Args:
        carry_out: takes what each caller of a group gave; for each caller the results in order, or what went wrong.
        limit: how many callers may wait before further ones are refused.
    """

    def __init__(
        self,
        carry_out: Callable[[Sequence[Sequence[Value]]], Awaitable[Sequence[Sequence[Result] | BaseException]]],
        limit: int,
    ) -> None:
        self._carry_out, self._limit = carry_out, limit
        self._waiting: deque[tuple[Sequence[Value], asyncio.Future[Sequence[Result]]]] = deque()
        self._under_way: set[asyncio.Task[None]] = set()

    @property
    def waiting(self) -> int:
        """Callers whose turn has not come."""
        return len(self._waiting)

    async def __call__(self, values: Sequence[Value]) -> Sequence[Result]:
        """The results of one caller.

        Raises:
            WriterBusyError: too many wait.
        """
        if len(self._waiting) >= self._limit:
            raise WriterBusyError(self._limit)
        loop = asyncio.get_running_loop()
        answer: asyncio.Future[Sequence[Result]] = loop.create_future()
        self._waiting.append((values, answer))
        if len(self._waiting) == 1:
            loop.call_soon(self._begin)  # who comes in the same turn comes along
        return await answer

    def _begin(self, ended: asyncio.Task[None] | None = None) -> None:
        if ended is not None:
            self._under_way.discard(ended)
        while self._waiting and len(self._under_way) < _UNDER_WAY:
            task = asyncio.create_task(self._answer(self._group()))
            self._under_way.add(task)
            task.add_done_callback(self._begin)

    def _group(self) -> list[tuple[Sequence[Value], asyncio.Future[Sequence[Result]]]]:
        group, size = [self._waiting.popleft()], 0
        size = len(group[0][0])
        while self._waiting and (size := size + len(self._waiting[0][0])) <= _MOST:
            group.append(self._waiting.popleft())
        return group

    async def _answer(self, group: Sequence[tuple[Sequence[Value], asyncio.Future[Sequence[Result]]]]) -> None:
        try:
            results = await self._carry_out([values for values, _ in group])
        except BaseException as error:  # noqa: BLE001 - the callers have to know
            results = [error] * len(group)
        for (_, answer), result in zip(group, results, strict=True):
            if answer.done():  # its caller has gone
                continue
            if isinstance(result, BaseException):
                answer.set_exception(result)
            else:
                answer.set_result(result)
