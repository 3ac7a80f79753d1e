"""Where imported events go: to a service that runs, over HTTP, or into the stores of a folder on which none does.

Either way they pass the same checks and have the same effect: without a service, this process is one for the while,
with all but HTTP.
"""

from __future__ import annotations

import asyncio
from collections.abc import Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import closing, contextmanager
from typing import Final, Protocol

from app.api.schemas.problem import FieldError
from app.api.schemas.rows import EventRow
from app.client import Client, calls
from app.main import running
from app.service import Service
from app.serving.event_rules import EventResult
from app.settings import Settings
from indexer.documents import EventDocument

AT_ONCE: Final = 4
"""Requests that are under way at a time."""


class Sink(Protocol):
    """Takes events.

    Attributes:
        rows: how many at a time.
    """

    rows: int

    def send(self, events: Sequence[EventDocument]) -> Future[list[EventRow]]:
        """What becomes of each, once it is durable."""
        ...


class HttpSink:
    """A running service, which answers others in between."""

    rows = 2_000

    def __init__(self, client: Client, pool: ThreadPoolExecutor) -> None:
        self._client = client
        self._pool = pool

    def send(self, events: Sequence[EventDocument]) -> Future[list[EventRow]]:
        """In a request of its own."""
        return self._pool.submit(lambda: self._client.send(calls.send_events(events)).results)


class StoreSink:
    """A service of this process, which has nothing else to do."""

    rows = 10_000

    def __init__(self, service: Service, loop: asyncio.AbstractEventLoop) -> None:
        self._service = service
        self._loop = loop

    def send(self, events: Sequence[EventDocument]) -> Future[list[EventRow]]:
        """Straight into the stores."""
        return asyncio.run_coroutine_threadsafe(self._taken(events), self._loop)

    async def _taken(self, events: Sequence[EventDocument]) -> list[EventRow]:
        results = await self._service.ingest(events)
        return [_row(number, result) for number, result in enumerate(results, start=1)]


@contextmanager
def over_http(client: Client) -> Iterator[HttpSink]:
    """Send to a service; what is under way at the end is waited for."""
    with ThreadPoolExecutor(AT_ONCE) as pool:
        yield HttpSink(client, pool)


@contextmanager
def into_stores(settings: Settings) -> Iterator[StoreSink]:
    """Be the service of a folder for a while.

    Raises:
        DatabaseInUseError: somebody else is.
    """
    loop, stop, opened = asyncio.new_event_loop(), asyncio.Event(), Future[Service]()
    with closing(loop), ThreadPoolExecutor(1, thread_name_prefix="penchant-import") as pool:
        served = pool.submit(loop.run_until_complete, _serve(settings, opened, stop))
        try:
            yield StoreSink(_first(opened, served), loop)
        finally:
            if not served.done():
                loop.call_soon_threadsafe(stop.set)
            served.result()


async def _serve(settings: Settings, opened: Future[Service], stop: asyncio.Event) -> None:
    async with running(settings, settings.index.open_encoder()) as service:
        opened.set_result(service)
        await stop.wait()


def _first(opened: Future[Service], served: Future[None]) -> Service:
    """The service, or why there is none."""

    def failed(done: Future[None]) -> None:
        if not opened.done() and (error := done.exception()):
            opened.set_exception(error)

    served.add_done_callback(failed)
    return opened.result()


def _row(number: int, result: EventResult) -> EventRow:
    refused = result.status in {"rejected", "conflict"}
    errors = [FieldError(field=result.field or "", message=result.message or "")] if refused else None
    message = None if refused else result.message
    row = EventRow(row=number, event_id=result.event_id, status=result.status, errors=errors, message=message)
    return row.model_copy(update={"reason": result.reason})
