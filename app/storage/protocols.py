"""The stores: what the service asks of a database, whichever database that is.

Writes return at once with a `Pending`, which is awaited in a coroutine and asked for its `result()` in a thread; either
way it comes back when the write is durable. Reads block for as long as the database takes: coroutines call them in a
worker thread. What a write of this process was acknowledged for, every later read sees.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Generator, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from typing import Any, Protocol, TypeVar

from duckdb import DuckDBPyConnection

from app.storage.rows import (
    BEGINNING,
    Adopted,
    Adoption,
    Appended,
    AwaitedItem,
    Awaiting,
    AwaitingLimits,
    ContinuedAnswer,
    ControlAction,
    ErasedId,
    Expired,
    ForgetRequest,
    Forgetting,
    HeldEvent,
    ItemChange,
    KeepSeen,
    LoggedColumns,
    LoggedPeople,
    Merge,
    NewEvent,
    SeenColumns,
    SharedDocument,
    SnapshotEvent,
    Standing,
    UserRow,
    Watermark,
    Withdrawal,
)

__all__ = [
    "BEGINNING",
    "Adopted",
    "Adoption",
    "Appended",
    "AwaitedItem",
    "Awaiting",
    "AwaitingLimits",
    "ContinuedAnswer",
    "ContinuedStore",
    "ControlAction",
    "EventLog",
    "Expired",
    "ForgetRequest",
    "Forgetting",
    "ForgettingStore",
    "HeldEvent",
    "IdentityStore",
    "ItemChange",
    "ItemJournal",
    "LeaseStore",
    "LoggedColumns",
    "LoggedPeople",
    "Merge",
    "NewEvent",
    "Pending",
    "Revisions",
    "SeenColumns",
    "SharedDocument",
    "SharedState",
    "SnapshotEvent",
    "SnapshotHistory",
    "Standing",
    "Stores",
    "UserRow",
    "UserStore",
    "Watermark",
    "Withdrawal",
]

Answer_co = TypeVar("Answer_co", covariant=True)


class Pending(Protocol[Answer_co]):
    """A write on its way to the disk; its answer, or its error, comes when it is durable."""

    def result(self, timeout: float | None = None) -> Answer_co:
        """Block until the answer is there, at most `timeout` seconds."""
        ...

    def __await__(self) -> Generator[Any, None, Answer_co]: ...


class EventLog(Protocol):
    """Every event that was acknowledged, each with a number of its own; a person's increase in order of arrival.

    Those of different people may become visible in another order, where several processes write: an event may come
    after one of a higher number was read. Who goes on from the mark of a `walk` misses nothing.
    """

    def types(self) -> dict[str, int]:
        """Code by name of every event type that is not built in and was ever declared."""
        ...

    def declare(self, names: Sequence[str]) -> dict[str, int]:
        """Give a code to each type that has none, for good; codes of all that were ever declared. Blocks."""
        ...

    def knows(self, user_id: str, event_id: str) -> bool:
        """Whether a person's event of an id was stored before, one that was deleted since perhaps."""
        ...

    def type_counts(self, names: Sequence[str]) -> dict[str, int]:
        """How many events that count there are of each of these types that were declared; none are left out."""
        ...

    def append(
        self,
        rows: Sequence[NewEvent],
        limits: AwaitingLimits | None = None,
        epochs: Mapping[str, int] | None = None,
    ) -> Pending[list[Appended]]:
        """Store the events whose `event_id` is new to their person; one answer per row, in the order of the rows.

        Those that wait for their items are stored as far as the limits let them. Where `epochs` are given, nothing is
        stored of a person whose epoch is another; a process that has its database for itself needs to give none.
        """
        ...

    def awaited_items(self, item_ids: Sequence[str] | None = None) -> list[AwaitedItem]:
        """Items for which events wait, of all or of some, those with most events first."""
        ...

    def awaiting(self) -> Awaiting:
        """What waits for its item, and what became of what waited."""
        ...

    def adopt(self, request: Adoption) -> Pending[Adopted]:
        """Let events whose item came wait no longer; those that their person decided to forget become inert."""
        ...

    def expire_awaiting(self, before: float) -> Pending[int]:
        """Delete the events that arrived before a moment and still wait; answers how many."""
        ...

    def columns(self, after: int = 0, through: int | None = None, user_id: str | None = None) -> LoggedColumns:
        """The events with after < sequence <= through that count, of everybody or of one user.

        Forgotten events count nowhere, here and in what follows.
        """
        ...

    def by_person(self) -> tuple[LoggedPeople, Watermark]:
        """All events that count, person by person, and from where to walk on."""
        ...

    def walk(self, after: Watermark = BEGINNING) -> tuple[LoggedColumns, Watermark]:
        """Everybody's events that count and became visible after a mark, and the mark of the next walk.

        Some may have come before: nothing that became visible since is left out.
        """
        ...

    def columns_of(self, user_ids: Sequence[str]) -> LoggedColumns:
        """All events of some users that count; one read for many of them costs hardly more than for one."""
        ...

    def event_ids(self, sequences: Sequence[int]) -> dict[int, str]:
        """The `event_id` of each of the numbers that is in the log."""
        ...

    def last_sequence(self) -> int:
        """The highest number that a stored event ever had, erased ones included; 0 before the first."""
        ...

    def users_of(self, item_ids: Sequence[str]) -> list[str]:
        """The users with an event on any of the items, or who are known to have seen one, ascending."""
        ...

    def held(self, user_id: str, after: int = 0, count: int = 1_000) -> list[HeldEvent]:
        """The first `count` events of one user with sequence > after, as they arrived, forgotten ones too."""
        ...

    def ignore(self, user_id: str, event_id: str) -> Pending[bool]:
        """Delete one event that counts; answers whether there was one. Sent again it is a duplicate of number 0."""
        ...

    def delete_older(self, before: Mapping[str, float], seen: KeepSeen | None = None) -> Pending[Expired]:
        """Delete the events of each type that occurred before a moment; types that are not named stay.

        Where `seen` says so, it stays known that their items were seen.
        """
        ...

    def older(self, before: Mapping[str, float]) -> tuple[int, int]:
        """How many events `delete_older` would delete, and how many there are."""
        ...

    def withdraw(self, request: Withdrawal) -> Pending[Expired]:
        """Delete what is held back: events, forgotten ones too, and that the items were seen. It does not come back.

        Each person's history of decisions says how many events went.
        """
        ...

    def delete_user(self, user_id: str) -> Pending[int]:
        """Delete all events of one user; answers how many there were. Their numbers are never given again."""
        ...


class ItemJournal(Protocol):
    """Items upserted and deleted over HTTP since the snapshot's items file; only each item's newest change is kept.

    Versions increase with every change and become visible in their order, as the event log's numbers do.
    """

    def upsert(self, documents: Sequence[tuple[str, bytes]], at: float) -> Pending[list[int]]:
        """Record (item_id, JSON document) pairs; answers their versions. The last one of each item stays."""
        ...

    def delete(self, item_ids: Sequence[str], at: float) -> Pending[list[int]]:
        """Record deletions, of items known or unknown; answers their versions."""
        ...

    def get(self, item_id: str) -> ItemChange | None:
        """The newest change of one item, or None if there was none."""
        ...

    def changes(self, after_version: int = 0) -> list[ItemChange]:
        """The changes with version > after_version, in order of version."""
        ...

    def last_version(self) -> int:
        """The version of the newest change; 0 before the first."""
        ...


class UserStore(Protocol):
    """One row per user of whom more is known than events."""

    def get(self, user_id: str) -> UserRow | None:
        """The row of one user, if there is one."""
        ...

    def of(self, user_ids: Sequence[str]) -> list[UserRow]:
        """The rows of some users, by user id."""
        ...

    def all(self) -> list[UserRow]:
        """Every row, by user id."""
        ...

    def put_profile(
        self, user_id: str, profile: bytes | None, at: float, action: ControlAction | None = None
    ) -> Pending[None]:
        """Replace the explicit profile, all of it, and leave the rest of the row as it is.

        `action` goes into the person's history in the same transaction.
        """
        ...

    def set_personalization(self, user_id: str, enabled: bool, at: float, *, keep_seen: bool = True) -> Pending[None]:
        """Switch personalization on or off; it is on until it is switched off.

        `keep_seen` says whether what was seen stays out of slates while it is off.
        """
        ...

    def delete(self, user_id: str) -> Pending[bool]:
        """Delete the row; answers whether there was one."""
        ...


class ForgettingStore(Protocol):
    """What people decided to forget, and what counts as seen without any event.

    What is forgotten becomes inert at once. It is deleted by `finish`, once it can no longer be undone.
    """

    def all(self, user_ids: Collection[str] | None = None) -> list[Forgetting]:
        """Every forgetting that was not undone, of everybody or of some ids, by number and user id."""
        ...

    def forget(self, request: ForgetRequest) -> Pending[int]:
        """Make inert what counts now and is covered; answers the number. To forget everything begins a new epoch.

        Where the items stay known as seen, they count as seen from now on, whatever becomes of the events.
        """
        ...

    def undo(self, number: int, at: float) -> Pending[bool]:
        """Let what one forgetting made inert count again; answers whether that was still possible at that time."""
        ...

    def finish(self, at: float) -> Pending[int]:
        """Delete what can no longer be undone at that time; answers how many forgettings became final."""
        ...

    def see(self, user_id: str, item_ids: Sequence[str], at: float) -> Pending[None]:
        """Remember that items were seen, at the latest at a moment, and nothing else of it."""
        ...

    def delete_older(self, before: float) -> Pending[tuple[str, ...]]:
        """Delete that items were seen before a moment, without an event that says so; answers whose that was."""
        ...

    def seen(self, user_ids: Sequence[str] | None = None) -> SeenColumns:
        """What counts as seen without an event, of everybody or of some users."""
        ...

    def delete_user(self, user_id: str) -> Pending[int]:
        """Delete all of one user; answers how many rows there were."""
        ...


class IdentityStore(Protocol):
    """Which ids name the same person, and what each person decided."""

    def aliases(self, ids: Collection[str] | None = None) -> dict[str, str]:
        """Every alias and the person that it names, who is never an alias; of all, or where either is one of `ids`."""
        ...

    def merge(self, merge: Merge) -> Pending[None]:
        """Give a person's events, seen items, history and aliases to another, and make the id an alias of theirs.

        What the person forgot stays as it was, under the id that the events bore. An event that both have is there
        once; of different ones of the same id both stay.
        """
        ...

    def record(self, action: ControlAction) -> Pending[None]:
        """Add an action to a person's history, and count it."""
        ...

    def actions(self, user_id: str) -> list[ControlAction]:
        """A person's history, oldest first."""
        ...

    def erased(self, digests: Collection[str] | None = None) -> list[ErasedId]:
        """Every id that was erased and is not forgotten yet, or those of some digests."""
        ...

    def put_erased(self, erased: ErasedId) -> Pending[None]:
        """Note or change one, and forget those whose time was over when it was erased."""
        ...

    def known_ids(self) -> list[str]:
        """Every id that anything kept names as a person's, in no order."""
        ...

    def counts(self, since: float) -> dict[str, int]:
        """How often each action was taken from the day of a moment on; erased people's actions stay counted."""
        ...

    def delete_user(self, user_id: str) -> Pending[int]:
        """Delete all of one user, aliases too; answers how many rows there were."""
        ...


class SnapshotHistory(Protocol):
    """What happened to snapshots, in order."""

    def record(self, snapshot_id: str, event: str, at: float, detail: str = "") -> Pending[None]:
        """Add one entry."""
        ...

    def all(self) -> list[SnapshotEvent]:
        """Every entry, in the order of recording."""
        ...


class Revisions(Protocol):
    """By which a process proves that what it holds is fresh, where others write to its database as well."""

    def standing(self, user_ids: Collection[str]) -> Standing:
        """How far everything has come of which a request of these people takes notice; one query. Blocks."""
        ...

    def begun_anew(self, after: Watermark = BEGINNING) -> tuple[list[str], Watermark]:
        """People whose epoch became another since a mark, and the mark to go on from; some may come twice."""
        ...


class SharedState(Protocol):
    """Documents that all processes on one database go by, each with a version; versions rise over all of them."""

    def get(self, name: str) -> SharedDocument | None:
        """A document, if there is one of this name."""
        ...

    def versions(self) -> dict[str, int]:
        """The version of every document, by name."""
        ...

    def put(self, name: str, content: bytes, expected: int | None = None) -> Pending[int | None]:
        """Replace a document, JSON; answers its version.

        Where a version is expected, 0 of none, it is replaced only if it has just that; None if it has not.
        """
        ...


class ContinuedStore(Protocol):
    """Answers that any process can continue; they may be lost, and are gone when their person is changed."""

    def put(self, answers: Sequence[ContinuedAnswer]) -> None:
        """Keep these, unless more pages of them are known, or their person was changed since. Blocks."""
        ...

    def of(self, user_id: str, seconds: float) -> dict[str, bytes]:
        """A person's by token, those that were touched within some seconds, the oldest first. Blocks."""
        ...

    def delete_older(self, seconds: float) -> None:
        """Delete those that were not touched for some seconds. Blocks."""
        ...


class LeaseStore(Protocol):
    """Which process does what is done once."""

    def take(self, name: str, holder: str, seconds: float) -> bool:
        """Hold a lease for some seconds from now on, unless somebody else does; whether it is held. Blocks."""
        ...

    def give_back(self, name: str, holder: str) -> None:
        """Hold it no longer. Blocks."""
        ...


@dataclass(frozen=True, slots=True)
class Stores:
    """The stores of one database.

    Attributes:
        events: the event log.
        items: the journal of items.
        users: the users' rows.
        snapshots: the snapshots' history.
        forgettings: what people decided to forget.
        identities: aliases, and the history of what people decided.
        waiting: how many writes wait for the disk.
        reading: a connection of its own that reads the tables named, for reports.
        rewrite: frees the files of every byte of deleted rows, if any were deleted; answers whether.
        problem: why nothing can be written at present; None where all is well.
        losses: acknowledged writes that were missing at a start, and that nobody has dealt with.
        close: writes what waits, refuses what comes, and lets go of the database; may be called again.
        revisions: of a database that several processes write to; None where this one has it for itself.
        shared: what these processes have in common; likewise.
        continued: answers that each of them can continue; likewise.
        leases: which of them does what is done once; likewise.
    """

    events: EventLog
    items: ItemJournal
    users: UserStore
    snapshots: SnapshotHistory
    forgettings: ForgettingStore
    identities: IdentityStore
    waiting: Callable[[], int]
    reading: Callable[[Collection[str]], AbstractContextManager[DuckDBPyConnection]]
    rewrite: Callable[[], Pending[bool]]
    problem: Callable[[], str | None]
    losses: Callable[[], list[str]]
    close: Callable[[], None]
    revisions: Revisions | None = None
    shared: SharedState | None = None
    continued: ContinuedStore | None = None
    leases: LeaseStore | None = None
