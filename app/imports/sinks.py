"""Where imported rows go: to a service that runs, over HTTP, or into the stores of a folder on which none does.

Either way they pass the same checks and have the same effect: without a service, this process is one for the while,
with all but HTTP.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import closing, contextmanager
from dataclasses import dataclass
from typing import Any, Final, Protocol, TypeVar

from app.errors import PenchantError
from app.imports.kinds import Kind
from app.main import running
from app.requests.people import ProfilePatch
from app.service import Service
from app.settings import Settings
from indexer.documents import EventDocument, ItemDocument, UserDocument
from indexer.problems import FieldProblem
from indexer.progress import Progress
from penchant_client import Client, ProblemError, calls
from penchant_client.models import EventRow, ItemRow

AT_ONCE: Final = 4
"""Batches that are under way at a time."""
PEOPLE_AT_ONCE: Final = 8
"""Profiles that are sent at a time, since the service writes them together."""
_NEVER: Final = 1e9
"""Seconds between two looks for a build that is due: the import builds by itself, at its end."""

Result = TypeVar("Result")


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of a row.

    Attributes:
        status: in a word.
        errors: what is wrong with it, where it was refused.
        message: what else there is to know.
        reason: the kind of reason for the status.
    """

    status: str
    errors: tuple[FieldProblem, ...] = ()
    message: str | None = None
    reason: str | None = None


class Sink(Protocol):
    """Takes documents of one kind."""

    def rows(self, kind: Kind) -> int:
        """How many at a time."""
        ...

    def send(self, kind: Kind, documents: Sequence[Any]) -> Future[list[Outcome]]:
        """What becomes of each, once it is durable."""
        ...

    def finish(self, kind: Kind, progress: Progress) -> str | None:
        """What is to be done when all are sent; what went wrong, if anything."""
        ...


class HttpSink:
    """A running service, which answers others in between."""

    ROWS: Final = {Kind.ITEMS: 500, Kind.EVENTS: 2_000, Kind.USERS: 200}

    def __init__(self, client: Client, pool: ThreadPoolExecutor, people: ThreadPoolExecutor) -> None:
        self._client, self._pool, self._people = client, pool, people

    def rows(self, kind: Kind) -> int:
        """How many at a time."""
        return self.ROWS[kind]

    def send(self, kind: Kind, documents: Sequence[Any]) -> Future[list[Outcome]]:
        """In a request of its own; people, each in one."""
        sent: dict[Kind, Callable[[Any], list[Outcome]]] = {
            Kind.ITEMS: self._items,
            Kind.EVENTS: self._events,
            Kind.USERS: self._users,
        }
        return self._pool.submit(sent[kind], documents)

    def finish(self, kind: Kind, progress: Progress) -> str | None:
        """The service builds its index by itself."""
        del kind, progress
        return None

    def _events(self, events: Sequence[EventDocument]) -> list[Outcome]:
        return [_outcome(row) for row in self._client.send(calls.send_events(events)).results]

    def _items(self, items: Sequence[ItemDocument]) -> list[Outcome]:
        return [_outcome(row) for row in self._client.send(calls.put_items(items)).results]

    def _users(self, users: Sequence[UserDocument]) -> list[Outcome]:
        return list(self._people.map(self._user, users))

    def _user(self, user: UserDocument) -> Outcome:
        stated = user.model_dump(mode="json", exclude={"user_id"}, exclude_unset=True)
        try:
            self._client.send(calls.state(user.user_id, stated))
        except ProblemError as error:
            if error.status in {401, 403, 404} or error.status >= 500:
                raise
            return Outcome("rejected", (FieldProblem("", str(error)),))
        return Outcome("accepted")


class StoreSink:
    """A service of this process, which has nothing else to do."""

    ROWS: Final = {Kind.ITEMS: 5_000, Kind.EVENTS: 10_000, Kind.USERS: 500}

    def __init__(self, service: Service, loop: asyncio.AbstractEventLoop) -> None:
        self._service = service
        self._loop = loop

    def rows(self, kind: Kind) -> int:
        """How many at a time."""
        return self.ROWS[kind]

    def send(self, kind: Kind, documents: Sequence[Any]) -> Future[list[Outcome]]:
        """Straight into the stores."""
        taken: dict[Kind, Callable[[Any], Coroutine[Any, Any, list[Outcome]]]] = {
            Kind.ITEMS: self._items,
            Kind.EVENTS: self._events,
            Kind.USERS: self._users,
        }
        return self._run(taken[kind](documents))

    def finish(self, kind: Kind, progress: Progress) -> str | None:
        """Items are put in service all at once, by a build."""
        return self._run(self._service.build(progress)).result() if kind is Kind.ITEMS else None

    def _run(self, work: Coroutine[Any, Any, Result]) -> Future[Result]:
        return asyncio.run_coroutine_threadsafe(work, self._loop)

    async def _events(self, events: Sequence[EventDocument]) -> list[Outcome]:
        return [
            Outcome(each.status, _problems(each.field, each.message), each.message, each.reason)
            if each.status in {"rejected", "conflict"}
            else Outcome(each.status, (), each.message, each.reason)
            for each in await self._service.ingest(events)
        ]

    async def _items(self, items: Sequence[ItemDocument]) -> list[Outcome]:
        problems = await self._service.store_items(items)
        return [Outcome("rejected", (each,)) if each else Outcome("accepted") for each in problems]

    async def _users(self, users: Sequence[UserDocument]) -> list[Outcome]:
        return list(await asyncio.gather(*map(self._user, users)))

    async def _user(self, user: UserDocument) -> Outcome:
        stated = ProfilePatch.model_validate(user.model_dump(exclude={"user_id"}, exclude_unset=True))
        try:
            await self._service.person.patch(user.user_id, stated)
        except PenchantError as error:
            return Outcome("rejected", (FieldProblem("", str(error)),))
        return Outcome("accepted")


@contextmanager
def over_http(client: Client) -> Iterator[HttpSink]:
    """Send to a service; what is under way at the end is waited for."""
    with ThreadPoolExecutor(AT_ONCE) as pool, ThreadPoolExecutor(PEOPLE_AT_ONCE) as people:
        yield HttpSink(client, pool, people)


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
    snapshots = settings.snapshots.model_copy(update={"poll_seconds": _NEVER})
    settings = settings.model_copy(update={"snapshots": snapshots})
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


def _outcome(row: EventRow | ItemRow) -> Outcome:
    errors = tuple(FieldProblem(each.field, each.message) for each in row.errors or ())
    return Outcome(row.status, errors, row.message, row.reason if isinstance(row, EventRow) else None)


def _problems(field: str | None, message: str | None) -> tuple[FieldProblem, ...]:
    return (FieldProblem(field or "", message or ""),)
