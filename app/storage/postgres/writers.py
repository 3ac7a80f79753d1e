"""Writes on their way to the server: in their order, by one thread, and long ones beside them by another."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from threading import Lock
from typing import Any, TypeVar

from psycopg import Connection

from app.storage.errors import WriterBusyError, WriterClosedError
from app.storage.group_writer import Written

Answer = TypeVar("Answer")


class Writers:
    """Two threads and their queues.

    Args:
        carry_out: gives a function a connection.
        limit: how many writes may wait before further ones are refused.
    """

    def __init__(self, carry_out: Callable[[Callable[[Connection[Any]], Any]], Any], limit: int) -> None:
        self._carry_out, self._limit = carry_out, limit
        self._lock, self._waiting, self._closed = Lock(), 0, False
        self._ordered = ThreadPoolExecutor(1, thread_name_prefix="penchant-writer")
        self._beside = ThreadPoolExecutor(1, thread_name_prefix="penchant-upkeep")

    @property
    def waiting(self) -> int:
        """Writes that are not done."""
        return self._waiting

    def submit(self, work: Callable[[Connection[Any]], Answer], *, beside: bool) -> Written[Answer]:
        """Queue a write.

        Raises:
            WriterBusyError: the queue is full.
            WriterClosedError: `close` was called.
        """
        with self._lock:
            if self._closed:
                raise WriterClosedError
            if self._waiting >= self._limit:
                raise WriterBusyError(self._limit)
            self._waiting += 1
            future = (self._beside if beside else self._ordered).submit(self._carry_out, work)
        future.add_done_callback(self._done)
        return Written(future)

    def close(self) -> None:
        """Carry out what waits, and refuse what comes."""
        with self._lock:
            self._closed = True
        for each in (self._ordered, self._beside):
            each.shutdown()

    def _done(self, _: object) -> None:
        with self._lock:
            self._waiting -= 1
