"""The values that pass between the service and its stores.

All times are seconds since 1970, kept to the microsecond; all JSON is UTF-8 text in bytes.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Final, Literal, NamedTuple, Self, TypeAlias

import numpy as np
from numpy.typing import NDArray

Watermark: TypeAlias = tuple[int, ...]
"""How far a walk over everybody's events has come: it is compared, and otherwise known to its store alone."""

BEGINNING: Final[Watermark] = ()
"""Of the log."""


class Revision(NamedTuple):
    """How far what is kept of a person has come: what is held of them is fresh if it rests on just this.

    Attributes:
        revision: grows with every event, and with every other change of what counts.
        epoch: another one whenever what was held before must not be built on.
    """

    revision: int
    epoch: int


UNKNOWN: Final = Revision(0, 0)


@dataclass(frozen=True, slots=True)
class ContinuedAnswer:
    """An answer that can be continued.

    Attributes:
        user_id: to whom.
        token: names it.
        pages: so many were given.
        epoch: of the person, when it was made; 0 of who is not known.
        document: by which it can be continued, JSON.
    """

    user_id: str
    token: str
    pages: int
    epoch: int
    document: bytes


"""Of a person of whom nothing was ever kept."""


class Standing(NamedTuple):
    """How far a shared database has come.

    Attributes:
        people: of those asked for, who are not `UNKNOWN`.
        items: version of the newest change in the items' journal.
        operators: grows with every change of what operators decide.
    """

    people: dict[str, Revision]
    items: int
    operators: int


class SharedDocument(NamedTuple):
    """A document that several processes go by, JSON, and its version."""

    content: bytes
    version: int


@dataclass(frozen=True, slots=True)
class NewEvent:
    """One event as it arrived, validated; `context` is a JSON object.

    `awaiting_item` says that the catalogue does not have its item, so that it does nothing until the item comes.
    """

    event_id: str
    user_id: str
    item_id: str
    type: str
    occurred_at: float
    received_at: float
    value: float | None = None
    recommendation_id: str | None = None
    position: int | None = None
    context: bytes | None = None
    awaiting_item: bool = False


@dataclass(frozen=True, slots=True)
class AwaitingLimits:
    """How many events may wait for their items: of one person, and in all."""

    per_person: int
    events: int


Full = Literal["per_person", "events"]
"""The limit that keeps an event out."""


class Appended(NamedTuple):
    """What became of one appended event.

    Attributes:
        sequence: its number in the log; a duplicate has the number of the event that it repeats.
        duplicate: whether nothing was stored, because its person had its `event_id` already, or because it is an
            impression and another one said that the same answer showed the person the same item.
        conflict: the fields in which its person's event of the same `event_id` differs.
        full: the limit of waiting events for which it was not stored; its number is 0 then.
        revision: of its person with it, and their epoch, where it was stored in a shared database.
        outdated: whether it was not stored since its person's epoch is another than what it was checked by.
    """

    sequence: int
    duplicate: bool
    conflict: tuple[str, ...] = ()
    full: Full | None = None
    revision: Revision | None = None
    outdated: bool = False

    @property
    def stored(self) -> bool:
        """Whether it is new in the log."""
        return not (self.duplicate or self.conflict or self.full or self.outdated)


@dataclass(frozen=True, slots=True)
class AwaitedItem:
    """An item that the catalogue does not have, how many events of how many people wait for it, and since when."""

    item_id: str
    events: int
    people: int
    since: float


_POSITION_BITS: Final = 36
"""Of a position among all events."""

OUTCOMES: Final = ("adopted", "forgotten", "expired", "refused")
"""What becomes of events that wait: their item came, and they count or their person had decided to forget them; it did
not come in time; or too many waited already."""


@dataclass(frozen=True, slots=True)
class Awaiting:
    """What waits for its item, and since when; `outcomes` counts what became of such events, by name in OUTCOMES."""

    events: int
    people: int
    items: int
    since: float | None
    outcomes: dict[str, int]


@dataclass(frozen=True, slots=True)
class Adoption:
    """Items that came.

    Attributes:
        items: their ids.
        forgotten_by: the number of the decision by which a person forgot such an event, by person, item and the moment
            of the event; 0 of one that cannot be undone, None if there is none; called in the writer's thread.
    """

    items: tuple[str, ...]
    forgotten_by: Callable[[str, str, float], int | None]


@dataclass(frozen=True, slots=True)
class Adopted:
    """How many events count from now on, and whose events had waited."""

    events: int
    users: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class LoggedColumns:
    """Events of the log in order of arrival, n of them.

    Attributes:
        sequence: int64 [n], strictly increasing.
        user_codes: int32 [n], positions in `users`.
        users: the distinct user ids.
        item_codes: int32 [n], positions in `items`.
        items: the distinct item ids.
        codes: int8 [n], the event type (position in EVENT_TYPES).
        values: float32 [n], NaN where an event has none.
        times: float64 [n], when it occurred.
    """

    sequence: NDArray[np.int64]
    user_codes: NDArray[np.int32]
    users: list[str]
    item_codes: NDArray[np.int32]
    items: list[str]
    codes: NDArray[np.int8]
    values: NDArray[np.float32]
    times: NDArray[np.float64]

    def __len__(self) -> int:
        return len(self.sequence)


@dataclass(frozen=True, slots=True)
class LoggedPeople:
    """Events of the log person by person, of each in order of arrival, n of p people.

    Attributes:
        through: the number up to which events are in here.
        users: the p user ids.
        offsets: int64 [p + 1], where each person's events begin.
        items: the distinct item ids.
        sequence, item_codes, codes, values, times: as in LoggedColumns; only here the sequence jumps between people.
    """

    through: int
    users: list[str]
    offsets: NDArray[np.int64]
    items: list[str]
    sequence: NDArray[np.int64]
    item_codes: NDArray[np.int32]
    codes: NDArray[np.int8]
    values: NDArray[np.float32]
    times: NDArray[np.float64]

    @classmethod
    def of(cls, log: LoggedColumns, through: int = 0) -> Self:
        """A log in this order; sorting numbers that end in the position takes a fifth of a stable sort's time."""
        keys = log.user_codes.astype(np.int64) << _POSITION_BITS | np.arange(len(log))
        keys.sort()
        offsets = np.searchsorted(keys, np.arange(len(log.users) + 1) << _POSITION_BITS).astype(np.int64)
        order = keys & ((1 << _POSITION_BITS) - 1)
        columns = (log.sequence, log.item_codes, log.codes, log.values, log.times)
        return cls(through, log.users, offsets, log.items, *(column[order] for column in columns))

    def __len__(self) -> int:
        return len(self.sequence)


@dataclass(frozen=True, slots=True)
class Expired:
    """Events that are kept no longer and are deleted: how many, and whose, by user id."""

    events: int
    users: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class KeepSeen:
    """Of which event types, and since when (seconds since 1970), it stays known that the item was seen."""

    types: frozenset[str]
    since: float


@dataclass(frozen=True, slots=True)
class ItemChange:
    """The newest change of one item; `document` is its JSON, None for a deletion."""

    version: int
    item_id: str
    document: bytes | None
    changed_at: float


@dataclass(frozen=True, slots=True)
class UserRow:
    """What is kept of one user beside the events.

    Attributes:
        user_id: the external id.
        profile: the explicit profile as JSON, None while there is none.
        personalization: whether the service may learn of the user.
        epoch: how many resets there have been.
        reset_at: time of the latest reset of everything, None if there was none.
        off_keeps_seen: whether what was seen stays out of slates while personalization is off.
        created_at: when the row was made.
        updated_at: when it was last changed.
    """

    user_id: str
    profile: bytes | None
    personalization: bool
    epoch: int
    reset_at: float | None
    off_keeps_seen: bool
    created_at: float
    updated_at: float


@dataclass(frozen=True, slots=True)
class SnapshotEvent:
    """What happened to a snapshot ("activated", "rolled_back", ...), when, and what there is to say of it."""

    snapshot_id: str
    event: str
    at: float
    detail: str


Scope = Literal["all", "topic", "since"]


@dataclass(frozen=True, slots=True)
class Forgetting:
    """One decision to forget: what it covers counts no longer, and what arrives late of it never will.

    Attributes:
        number: names the decision; the forgettings of a person's aliases share it. 0 before it is recorded.
        user_id: whose events it is about, by the id that the events bear.
        scope: everything, the events on one topic, or those that occurred since a time.
        made_at: when; events that occurred later are not covered.
        keeps_seen: whether the items stay known as seen.
        undo_until: until when it can be undone; then its events are deleted.
        topic: slug of the topic, for scope "topic".
        since: the time, for scope "since".
        final: whether its events have been deleted.
    """

    number: int
    user_id: str
    scope: Scope
    made_at: float
    keeps_seen: bool
    undo_until: float
    topic: str | None = None
    since: float | None = None
    final: bool = False

    def covers(self, occurred_at: float, topic: str | None) -> bool:
        """Whether it covers an event of this time on an item of this topic."""
        if occurred_at >= self.made_at or (self.since is not None and occurred_at < self.since):
            return False
        return self.scope != "topic" or topic == self.topic


OnTopic = Callable[[Sequence[str]], NDArray[np.bool_]]
"""For each item id whether it is on the topic; called in the writer's thread."""


@dataclass(frozen=True, slots=True)
class ForgetRequest:
    """What is to be forgotten.

    Attributes:
        forgetting: of the person; its number is given when it is recorded.
        aliases: the person's other ids, each of which gets a forgetting of its own.
        seen_types: codes of the event types that mean that an item was seen.
        on_topic: for scope "topic".
    """

    forgetting: Forgetting
    aliases: tuple[str, ...]
    seen_types: tuple[int, ...]
    on_topic: OnTopic | None = None


@dataclass(frozen=True, slots=True)
class SeenColumns:
    """Items kept as seen without any event, n of them; codes are positions in `users` and `items`."""

    user_codes: NDArray[np.int32]
    users: list[str]
    item_codes: NDArray[np.int32]
    items: list[str]


@dataclass(frozen=True, slots=True)
class Withdrawal:
    """What is to be deleted, in a store that keeps nothing that may not be learned from.

    Attributes:
        withheld: for each pair of a person and an item whether the person's events on it are held back; called in the
            writer's thread.
        at: the moment.
        users: whose; None for everybody's.
    """

    withheld: Callable[[SeenColumns], NDArray[np.bool_]]
    at: float
    users: tuple[str, ...] | None = None


@dataclass(frozen=True, slots=True)
class HeldEvent:
    """One event as it is held, for its person to take along.

    Attributes:
        sequence: its number in the log.
        event: as it arrived.
        forgotten: whether it is inert, and will be deleted.
    """

    sequence: int
    event: NewEvent
    forgotten: bool


@dataclass(frozen=True, slots=True)
class ControlAction:
    """What a person, or somebody for them, decided: `detail` is a JSON object, `key_id` the key's that was used."""

    user_id: str
    action: str
    detail: bytes
    at: float
    key_id: str | None = None


@dataclass(frozen=True, slots=True)
class ErasedId:
    """An id that was erased: what arrives of it late is refused.

    Attributes:
        digest: of the id, under the folder's secret.
        erased_at: seconds since 1970.
        refused_until: from then on it is an id like any other.
        returned_at: since when the person is taken in again, with what happens from then on; None while they are not.
        unfinished: whether the erasure has not reached its end, as where the process was killed: it goes on at a start.
    """

    digest: str
    erased_at: float
    refused_until: float
    returned_at: float | None = None
    unfinished: bool = False

    def refuses(self, occurred_at: float) -> bool:
        """Whether what happened then is refused."""
        return self.returned_at is None or occurred_at < self.returned_at


@dataclass(frozen=True, slots=True)
class Merge:
    """One person's history that becomes another's; `profile` is what the other then states, as JSON."""

    alias: str
    user_id: str
    profile: bytes | None
    at: float
