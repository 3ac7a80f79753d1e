"""The served log: every answer as it was given, written off the request's path.

A request leaves its answer in a queue in memory. A thread of the log's own makes columns of what waits there, a few
answers at a time so that no request waits for it, and every `flush_seconds` a file of these columns. What a crash loses
is what was served since the last file. What there is no room for is not logged, and counted.
"""

from __future__ import annotations

import logging
import time
from collections import deque
from collections.abc import Callable, Collection, Iterator
from threading import Event, Lock, Thread
from typing import Any, Final

import pyarrow as pa

from app.insights.served_answer import ANSWER_SCHEMA, Served, served_batch
from app.insights.served_files import ServedFiles
from app.insights.settings import InsightsSettings

_AT_A_TIME: Final = 32
"""Answers that become columns without a pause."""
_PAUSE_SECONDS: Final = 0.001
_LOOK_SECONDS: Final = 0.5
"""How often waiting answers become columns, which are a tenth as large."""

log = logging.getLogger(__name__)


class ServedLog:
    """Takes answers from the requests' thread, and writes them in its own.

    Args:
        files: where to.
        settings: whether, how often, and how much may wait.
        may_name: whether an id may be written.
    """

    def __init__(self, files: ServedFiles, settings: InsightsSettings, may_name: Callable[[str], bool] = bool) -> None:
        self.files = files
        self._settings = settings
        self._may_name = may_name
        self._waiting: deque[Served] = deque()
        self._batches: list[pa.RecordBatch] = []
        self._drains, self._closing = Lock(), Event()
        self._thread: Thread | None = None
        self.enabled = settings.served_log
        """Whether anything is logged at all."""
        self.dropped = 0
        """Answers that there was no room for, or that could not be written."""

    def keep(self, answer: Served) -> None:
        """Log an answer; returns at once."""
        if len(self._waiting) >= self._settings.most_waiting:
            self.dropped += 1
            return
        self._waiting.append(answer)
        if self._thread is None:
            self._thread = Thread(target=self._serve, name="penchant-served-log", daemon=True)
            self._thread.start()

    @property
    def waiting(self) -> int:
        """Answers that are in no file yet."""
        return len(self._waiting) + sum(len(batch) for batch in self._batches)

    def flush(self) -> None:
        """Write what waits; durable when this returns.

        Raises:
            OSError: it could not be written, and is counted as dropped.
        """
        with self._drains:
            self._make_columns()
            batches, self._batches = self._batches, []
            if batches:
                try:
                    self.files.append(pa.Table.from_batches(batches, ANSWER_SCHEMA))
                except BaseException:
                    self.dropped += sum(map(len, batches))
                    raise

    def erase(self, user_ids: Collection[str]) -> int:
        """Take people out of every file; how many answers to them were logged."""
        self.flush()
        return self.files.erase(user_ids)

    def user_ids(self) -> set[str]:
        """Everybody whom the files name."""
        return self.files.user_ids()

    def of_users(self, user_ids: Collection[str]) -> Iterator[dict[str, Any]]:
        """All logged answers to some people."""
        self.flush()
        for batch in self.files.of_users(user_ids):
            yield from batch.to_pylist()

    def close(self) -> None:
        """Write what waits, and stop; may be called again."""
        self._closing.set()
        if self._thread is not None:
            self._thread.join()
        self.flush()

    def _make_columns(self) -> None:
        while self._waiting:
            some = [self._waiting.popleft() for _ in range(min(_AT_A_TIME, len(self._waiting)))]
            try:
                self._batches.append(served_batch(some, self._may_name))
            except BaseException:
                self.dropped += len(some)
                raise
            time.sleep(_PAUSE_SECONDS)

    def _serve(self) -> None:
        last = time.monotonic()
        while not self._closing.wait(min(_LOOK_SECONDS, self._settings.flush_seconds)):
            try:
                if time.monotonic() - last >= self._settings.flush_seconds:
                    last = time.monotonic()
                    self.flush()
                else:
                    with self._drains:
                        self._make_columns()
            except Exception:
                log.exception("served answers could not be logged")
