"""Group commit: one thread owns the one connection that writes, and commits everything that is waiting at once.

A commit has to wait for the disk, which takes as long for a thousand rows as for one. So callers submit their writes
and wait; while one transaction is on its way to the disk, the next one gathers. Consecutive requests for the same
operation are handed to it together, so that the events of many callers become one insert.
"""

from __future__ import annotations

import asyncio
import logging
from collections import deque
from collections.abc import Callable, Generator, Iterable, Sequence
from concurrent.futures import Future
from contextlib import suppress
from dataclasses import dataclass
from itertools import groupby
from threading import Condition, Thread
from typing import Any, Final, Generic, Protocol, TypeAlias, TypeVar

from duckdb import DuckDBPyConnection, Error

from app.disk import DiskProblemError
from app.storage.errors import WriterBusyError, WriterClosedError

_PROBE_SECONDS: Final = 2.0
"""Between attempts to write again, while the disk does not let us."""

log = logging.getLogger(__name__)

Request = TypeVar("Request")
Answer = TypeVar("Answer")
Operation: TypeAlias = Callable[[DuckDBPyConnection, Sequence[Request]], Sequence[Answer]]
"""Carries out requests, in order, within the transaction that it finds open; one answer per request."""
Alone: TypeAlias = Callable[[DuckDBPyConnection], tuple[DuckDBPyConnection, Answer]]
"""Carried out outside of any transaction; the connection to go on with, and the answer."""


class Written(Generic[Answer]):
    """A submitted write: await it in a coroutine, or ask for its result in a thread."""

    __slots__ = ("_future",)

    def __init__(self, future: Future[Answer]) -> None:
        self._future = future

    def result(self, timeout: float | None = None) -> Answer:
        """Block until the write is durable; raises what the database raised, or TimeoutError.

        After a TimeoutError the write may still happen.
        """
        return self._future.result(timeout)

    def __await__(self) -> Generator[Any, None, Answer]:
        """Cancelling the wait takes the write back if its transaction has not begun."""
        return asyncio.wrap_future(self._future).__await__()


@dataclass(frozen=True, slots=True)
class _Waiting:
    operation: Callable[..., Any]
    request: Any
    future: Future[Any]
    alone: bool = False


class Care(Protocol):
    """What is known of the database of a connection."""

    def committed(self) -> None:
        """A transaction is durable."""

    def rolled_back(self) -> None:
        """A transaction has failed."""

    def problem(self, error: BaseException) -> DiskProblemError | None:
        """What an error says of the disk; None where it is about something else."""

    def alive(self, connection: DuckDBPyConnection) -> bool:
        """Whether the connection can be used: a database that cannot bring a commit to the disk gives itself up."""

    def open_again(self, lost: DuckDBPyConnection) -> DuckDBPyConnection:
        """A connection in place of one that is lost."""

    def probe(self, connection: DuckDBPyConnection) -> None:
        """Write something that changes nothing."""


class GroupWriter:
    """The writer's thread and its queue.

    Where the disk fails, callers get a `DiskProblemError`; a database that gave itself up is opened again, and until
    writes succeed the thread tries one by itself.

    Args:
        connection: used by the writer's thread alone from now on, and closed by it.
        limit: how many requests may wait before further ones are refused.
        care: of the database; absent, errors are passed on as they are.

    Attributes:
        problem: why nothing can be written at present, if that is so.
    """

    def __init__(self, connection: DuckDBPyConnection, limit: int, care: Care | None = None) -> None:
        self._connection = connection
        self._limit = limit
        self._care = care
        self.problem: DiskProblemError | None = None
        self._doubted = False
        self._waiting: deque[_Waiting] = deque()
        self._changed = Condition()
        self._closing = False
        self._thread = Thread(target=self._serve, name="penchant-writer", daemon=True)
        self._thread.start()

    @property
    def waiting(self) -> int:
        """Requests that no transaction has taken up yet."""
        return len(self._waiting)

    def submit(self, operation: Operation[Request, Answer], request: Request) -> Written[Answer]:
        """Queue one request; requests are carried out in the order in which they were submitted.

        Raises:
            WriterBusyError: the queue is full.
            WriterClosedError: `close` was called.
        """
        future: Future[Answer] = Future()
        self._queue(_Waiting(operation, request, future))
        return Written(future)

    def submit_alone(self, operation: Alone[Answer]) -> Written[Answer]:
        """Queue what is carried out outside of any transaction, in its turn.

        Raises:
            WriterBusyError: the queue is full.
            WriterClosedError: `close` was called.
        """
        future: Future[Answer] = Future()
        self._queue(_Waiting(operation, None, future, alone=True))
        return Written(future)

    def _queue(self, waiting: _Waiting) -> None:
        with self._changed:
            if self._closing:
                raise WriterClosedError
            if len(self._waiting) >= self._limit:
                raise WriterBusyError(self._limit)
            self._waiting.append(waiting)
            self._changed.notify()

    def doubt(self) -> None:
        """Have the connection looked at: somebody who reads found the database lost."""
        with self._changed:
            self._doubted = True
            self._changed.notify()

    def close(self) -> None:
        """Carry out what waits, refuse what comes, end the thread and close its connection."""
        with self._changed:
            self._closing = True
            self._changed.notify()
        self._thread.join()

    def _serve(self) -> None:
        while (group := self._next_group()) is not None:
            self._look_after()
            wanted = [waiting for waiting in group if waiting.future.set_running_or_notify_cancel()]
            for alone, run in groupby(wanted, key=lambda waiting: waiting.alone):
                if alone:
                    self._carry_out_alone(list(run))
                else:
                    self._carry_out(list(run))
        self._connection.close()

    def _carry_out_alone(self, run: Sequence[_Waiting]) -> None:
        """One after the other, whether or not the one before failed."""
        for waiting in run:
            try:
                self._connection, answer = waiting.operation(self._connection)
            except BaseException as error:  # noqa: BLE001 - the caller has to know, and the thread has to live on
                waiting.future.set_exception(self._told(error))
                self._doubted = True  # it may have closed the connection
                self._look_after()
            else:
                waiting.future.set_result(answer)

    def _next_group(self) -> list[_Waiting] | None:
        """Everything that is waiting, nothing while there is a problem; None when the writer is closing and done."""
        with self._changed:
            until = _PROBE_SECONDS if self.problem else None
            self._changed.wait_for(lambda: self._waiting or self._closing or self._doubted, until)
            group = list(self._waiting)
            self._waiting.clear()
            return None if self._closing and not group else group

    def _look_after(self) -> None:
        """Open the database again if it is lost, and see whether it can be written to again."""
        care = self._care
        if care is None or not (self._doubted or self.problem):
            return
        self._doubted = False
        try:
            if not care.alive(self._connection):
                self._connection = care.open_again(self._connection)
                log.warning("the database had given itself up and was opened again")
            if self.problem:
                care.probe(self._connection)
                log.warning("the database can be written to again")
            self.problem = None
        except Exception as error:  # noqa: BLE001 - it is told, and tried again
            self._told(error)

    def _told(self, error: BaseException) -> BaseException:
        """The error as the caller gets it; one of the disk is remembered until writes succeed."""
        problem = self._care.problem(error) if self._care else None
        if problem is None:
            return error
        if self.problem and problem.slug == DiskProblemError.slug:
            return self.problem  # that the database is lost says less than why
        if self.problem is None or self.problem.slug != problem.slug:
            log.error("nothing can be written: %s", problem.detail)
        self.problem = problem
        return problem

    def _carry_out(self, group: Sequence[_Waiting]) -> None:
        """One transaction for the group or, if that fails, for each half of it, until the culprit stands alone."""
        try:
            answers = self._transact(group)
        except BaseException as error:  # noqa: BLE001 - the caller has to know, and the thread has to live on
            self._fail(group, self._told(error))
            return
        for waiting, answer in zip(group, answers, strict=True):
            waiting.future.set_result(answer)

    def _fail(self, group: Sequence[_Waiting], error: BaseException) -> None:
        """Find the culprit; of a database that is lost nobody is: a retry might store twice what came to the disk."""
        lost = self._care is not None and not self._care.alive(self._connection)
        if lost or len(group) == 1:
            for waiting in group:
                waiting.future.set_exception(error)
            if lost:
                self._doubted = True
                self._look_after()
            return
        middle = len(group) // 2
        self._carry_out(group[:middle])
        self._carry_out(group[middle:])

    def _transact(self, group: Sequence[_Waiting]) -> list[Any]:
        self._connection.begin()
        try:
            answers = [answer for merged in _merged(group) for answer in self._apply(merged)]
        except BaseException:
            self._rolled_back()
            with suppress(Error):  # of a database that is lost there is nothing to roll back
                self._connection.rollback()
            raise
        try:
            self._connection.commit()  # one that fails rolls back by itself
        except BaseException:
            self._rolled_back()
            raise
        if self._care:
            self._care.committed()
        self.problem = None
        return answers

    def _rolled_back(self) -> None:
        if self._care:
            self._care.rolled_back()

    def _apply(self, merged: Sequence[_Waiting]) -> Sequence[Any]:
        answers: Sequence[Any] = merged[0].operation(self._connection, [waiting.request for waiting in merged])
        if len(answers) != len(merged):
            raise AssertionError(f"{merged[0].operation} gave {len(answers)} answers to {len(merged)} requests")
        return answers


def _merged(group: Sequence[_Waiting]) -> Iterable[list[_Waiting]]:
    """Runs of consecutive requests for the same operation."""
    return (list(run) for _, run in groupby(group, key=lambda waiting: waiting.operation))
