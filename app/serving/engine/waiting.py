"""Waiting for an engine without holding up the event loop.

A query is plain code that runs to its end. Where it needs an answer that is not there yet it ends early instead, the
answer is waited for beside other requests, and it begins again: everything before the search is quick, and nothing is
remembered or logged before it. In a thread of its own, where nobody waits, a query just blocks.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping
from concurrent.futures import Future
from contextvars import ContextVar
from dataclasses import dataclass, field
from time import perf_counter
from typing import Any, Final, TypeVar

import numpy as np

from app.serving.engine.remote import RemoteEngine
from indexer.engines.engine import Description, EngineError, Keys, Question, VectorEngine

_MOST: Final = 12
"""Answers that are waited for; a query that needs more blocks."""
_NEAR: Final = 1e-3
"""Of the largest number of a query: what it may change by from one moment to the next."""
T = TypeVar("T")


Call = Callable[[VectorEngine], Any]


class AwaitedError(Exception):
    """A query needs an answer of an engine first."""

    def __init__(self, remote: RemoteEngine, call: Call, about: tuple[str, Question | None]) -> None:
        super().__init__(about[0])
        self.remote, self.call, self.about = remote, call, about


@dataclass(slots=True)
class Answers:
    """What an engine answered to one request so far."""

    held: list[tuple[str, Question | None, tuple[Any, float]]] = field(default_factory=list)

    def find(self, collection: str, question: Question | None) -> tuple[Any, float] | None:
        """(what was answered to a question, or to one that differs by the time that has gone by, seconds); or None."""
        for name, asked, answer in self.held:
            if name == collection and _alike(asked, question):
                return answer
        return None


_ANSWERS: Final[ContextVar[Answers | None]] = ContextVar("answers of an engine", default=None)


def search(remote: RemoteEngine, collection: str, question: Question) -> tuple[Keys, float]:
    """Ask an engine: (keys, seconds that were waited before this call).

    Raises:
        AwaitedError: the answer has to be waited for.
        EngineError: there is none.
    """
    return _ask(remote, lambda engine: engine.search(collection, question), (collection, question))


def collections(remote: RemoteEngine) -> Mapping[str, Description]:
    """Ask an engine what it holds; raises as `search` does."""
    found: Mapping[str, Description] = _ask(remote, lambda engine: engine.collections(), ("", None))[0]
    return found


def _ask(remote: RemoteEngine, call: Call, about: tuple[str, Question | None]) -> tuple[Any, float]:
    answers = _ANSWERS.get()
    if answers is None or len(answers.held) >= _MOST:
        return remote.ask(call), 0.0
    found = answers.find(*about)
    if found is None:
        raise AwaitedError(remote, call, about)
    if isinstance(found[0], EngineError):
        raise found[0]
    return found


async def answered(query: Callable[[], T]) -> T:
    """What a query returns, which may ask engines."""
    answers = Answers()
    token = _ANSWERS.set(answers)
    try:
        while True:
            try:
                return query()
            except AwaitedError as awaited:
                answers.held.append((*awaited.about, await _answer(awaited)))
    finally:
        _ANSWERS.reset(token)


async def _answer(awaited: AwaitedError) -> tuple[Any, float]:
    remote, began = awaited.remote, perf_counter()
    asked: Future[Any] = remote.begin(awaited.call)
    waiting = asyncio.wrap_future(asked)
    done, _ = await asyncio.wait([waiting], timeout=remote.settings.timeout_seconds)
    _ = waiting.exception() if done else waiting.cancel()  # what came of it is told below
    try:
        return remote.told(asked), perf_counter() - began
    except EngineError as error:
        return error, perf_counter() - began


def _alike(one: Question | None, other: Question | None) -> bool:
    if one is None or other is None:
        return one is other
    return (
        one.k == other.k
        and one.condition == other.condition
        and one.queries.shape == other.queries.shape
        and np.array_equal(one.excluded, other.excluded)
        and bool(np.abs(one.queries - other.queries).max(initial=0) <= _NEAR * np.abs(other.queries).max(initial=0))
    )
