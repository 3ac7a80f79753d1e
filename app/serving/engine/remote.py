"""An engine that may be slow or away: asked in threads, waited for no longer than is allowed, and then let alone."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable
from concurrent.futures import Future
from dataclasses import asdict, dataclass
from logging import DEBUG, WARNING
from queue import SimpleQueue
from threading import Event, Lock, Thread
from typing import Any, TypeVar

from indexer.engines.engine import EngineError, VectorEngine
from indexer.engines.settings import EngineSettings

log = logging.getLogger(__name__)
T = TypeVar("T")


@dataclass(slots=True)
class Counts:
    """What became of searches since the start.

    Attributes:
        searches: that were answered by the engine.
        failures: that were not, or too late.
        by_own_index: answered by the snapshot's own index instead.
        refused: by nobody.
        repeated: asked again for more, since too much of what came was held back afterwards.
        short: items that were looked for and not found though the engine had more.
    """

    searches: int = 0
    failures: int = 0
    by_own_index: int = 0
    refused: int = 0
    repeated: int = 0
    short: int = 0


class RemoteEngine:
    """One engine for a process. After a failure it is not asked for a while, so that nobody waits in vain."""

    def __init__(self, engine: VectorEngine, settings: EngineSettings, writer: VectorEngine | None = None) -> None:
        """`writer` is the same engine with more time for each call."""
        self.engine, self.settings, self.counts = engine, settings, Counts()
        self._writer, self._writes = writer or engine, SimpleQueue[Callable[[VectorEngine], None] | None]()
        self._closing = Event()
        self._waiting = SimpleQueue[Callable[[], None] | None]()
        self._threads = [
            Thread(target=self._work, name=f"vector-engine-{number}", daemon=True)  # lest a dead server keep us alive
            for number in range(settings.connections)
        ]
        self._lock, self._away_until = Lock(), 0.0
        self.problem: str | None = None
        self._threads.append(Thread(target=self._write, name="vector-engine-writer", daemon=True))
        for thread in self._threads:
            thread.start()

    @classmethod
    def open(cls, settings: EngineSettings) -> RemoteEngine | None:
        """None where the snapshot's own index is all there is.

        Raises:
            EngineMissingError: what the engine needs is not installed.
        """
        engine, writer = settings.open(settings.timeout_seconds), settings.open(settings.write_seconds)
        return RemoteEngine(engine, settings, writer) if engine else None

    def available(self) -> bool:
        """Whether it is asked: it answered last, or has been let alone for long enough."""
        return self.problem is None or time.monotonic() >= self._away_until

    def ask(self, call: Callable[[VectorEngine], T]) -> T:
        """Wait for an answer, which blocks.

        Raises:
            EngineError: there is none in time.
        """
        future = self.begin(call)
        try:
            return self.told(future, self.settings.timeout_seconds)
        finally:
            future.cancel()

    def begin(self, call: Callable[[VectorEngine], T]) -> Future[T]:
        """Ask in a thread."""
        future = Future[T]()

        def answer() -> None:
            if future.set_running_or_notify_cancel():
                try:
                    future.set_result(call(self.engine))
                except BaseException as error:  # noqa: BLE001 - raised where it is waited for
                    future.set_exception(error)

        self._waiting.put(answer)
        return future

    def told(self, future: Future[T], timeout: float = 0.0) -> T:
        """An answer, and what it says of how the engine is.

        Raises:
            EngineError: there is none.
        """
        try:
            found = future.result(timeout)
        except TimeoutError:
            error = EngineError(f"{self.engine.name}: no answer within {self.settings.timeout_seconds:g} s")
            self.failed(error)
            raise error from None
        except EngineError as error:
            self.failed(error)
            raise
        self.answered()
        return found

    def failed(self, error: EngineError) -> None:
        """Let the engine alone for a while."""
        with self._lock:
            self.counts.failures += 1
            self._away_until = time.monotonic() + self.settings.retry_seconds
            if self.problem is None:
                log.warning("the vector engine does not answer: %s", error)
            self.problem = str(error)

    def answered(self) -> None:
        """It is there."""
        if self.problem is not None:
            with self._lock:
                log.info("the vector engine answers again")
                self.problem = None

    def payload(self) -> dict[str, Any]:
        """What is known of it."""
        return {"kind": self.engine.name, "problem": self.problem, **asdict(self.counts)}

    def close(self) -> None:
        """Ask no more; what is under way is not waited for."""
        self._closing.set()
        self._writes.put(None)
        for _ in self._threads:
            self._waiting.put(None)
        for engine in {id(each): each for each in (self.engine, self._writer)}.values():
            engine.close()

    def write(self, call: Callable[[VectorEngine], None]) -> None:
        """Write in a thread, again and again until it succeeds; one call after the other."""
        self._writes.put(call)

    def _write(self) -> None:
        told = ""
        while (call := self._writes.get()) is not None:
            while not self._closing.is_set():
                try:
                    call(self._writer)
                except EngineError as error:
                    log.log(DEBUG if str(error) == told else WARNING, "changes wait for the vector engine: %s", error)
                    told = str(error)
                    self._closing.wait(self.settings.retry_seconds)
                else:
                    break

    def _work(self) -> None:
        while (answer := self._waiting.get()) is not None:
            answer()
